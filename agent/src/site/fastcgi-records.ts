/** Record types of FastCGI 1.0 that a web server sends and gets. */
export const recordType = { beginRequest: 1, abortRequest: 2, endRequest: 3, params: 4, stdin: 5, stdout: 6, stderr: 7 } as const

/** One record as it came; types that are not known are passed over by the reader of these. */
export interface FastCgiRecord {
  readonly type: number
  readonly content: Buffer
}

const headerLength = 8
const mostContent = 65_535
const requestId = 1
const roleResponder = 1

/** One request as the records that a responder expects: begin, parameters, body, each stream ended by an empty record. */
export function requestRecords(params: Readonly<Record<string, string>>, body: Buffer): Buffer {
  const begin = Buffer.alloc(8)
  begin.writeUInt16BE(roleResponder, 0)
  const pairs = Object.entries(params).map(([name, value]) => pair(Buffer.from(name), Buffer.from(value)))
  return Buffer.concat([
    record(recordType.beginRequest, begin),
    ...stream(recordType.params, Buffer.concat(pairs)),
    ...stream(recordType.stdin, body),
  ])
}

/** Splits what comes off the socket into whole records; `undefined` means that it is not FastCGI. */
export function recordReader(): (piece: Buffer) => readonly FastCgiRecord[] | undefined {
  let pieces: Buffer[] = []
  let held = 0
  let wanted: number | undefined = headerLength
  return piece => {
    pieces.push(piece)
    held += piece.length
    // Put together only when a record is whole: done with every piece, it would cost the square of what PHP sends byte by byte.
    if (wanted !== undefined && held < wanted) return []
    let rest = Buffer.concat(pieces)
    const records: FastCgiRecord[] = []
    for (wanted = lengthOf(rest); wanted !== undefined && rest.length >= wanted; wanted = lengthOf(rest)) {
      records.push({ type: rest.readUInt8(1), content: rest.subarray(headerLength, headerLength + rest.readUInt16BE(4)) })
      rest = rest.subarray(wanted)
    }
    if (wanted === undefined) return undefined
    pieces = [rest]
    held = rest.length
    return records
  }
}

/** Bytes of the record that begins here, as far as they are known; undefined where none can begin. */
function lengthOf(bytes: Buffer): number | undefined {
  if (bytes.length < headerLength) return headerLength
  if (bytes[0] !== 1 || bytes.readUInt16BE(2) !== requestId) return undefined
  return headerLength + bytes.readUInt16BE(4) + bytes.readUInt8(6)
}

function stream(type: number, data: Buffer): readonly Buffer[] {
  const records: Buffer[] = []
  for (let at = 0; at < data.length; at += mostContent) records.push(record(type, data.subarray(at, at + mostContent)))
  return [...records, record(type, Buffer.alloc(0))]
}

function record(type: number, content: Buffer): Buffer {
  const header = Buffer.alloc(headerLength)
  header.writeUInt8(1, 0)
  header.writeUInt8(type, 1)
  header.writeUInt16BE(requestId, 2)
  header.writeUInt16BE(content.length, 4)
  return Buffer.concat([header, content])
}

function pair(name: Buffer, value: Buffer): Buffer {
  return Buffer.concat([length(name.length), length(value.length), name, value])
}

/** One byte below 128, else four with the top bit set. */
function length(bytes: number): Buffer {
  if (bytes < 128) return Buffer.from([bytes])
  const long = Buffer.alloc(4)
  long.writeUInt32BE((bytes | 0x80_00_00_00) >>> 0)
  return long
}
