/** A stretch of a WebSocket connection that makes sense by itself: the HTTP head, one frame, or bytes that are neither. */
export interface Stretch {
  readonly bytes: Buffer
  /** A whole text message, which can be sent again as it is. */
  readonly isText: boolean
}

const headEnd = Buffer.from('\r\n\r\n')
const upgrades = /^HTTP\/1\.1 101 |\r\nupgrade: *websocket/i

/** Cuts one direction of a connection into stretches (RFC 6455 §5.2); what is no WebSocket passes as it comes. */
export class MessageStream {
  #rest: Buffer = Buffer.alloc(0)
  #at: 'head' | 'frames' | 'other' = 'head'

  take(piece: Buffer): Stretch[] {
    this.#rest = Buffer.concat([this.#rest, piece])
    const stretches: Stretch[] = []
    for (let next = this.#next(); next; next = this.#next()) {
      this.#rest = this.#rest.subarray(next.bytes.length)
      stretches.push(next)
    }
    return stretches
  }

  #next(): Stretch | undefined {
    if (this.#rest.length === 0) return undefined
    if (this.#at === 'head') return this.#head()
    if (this.#at === 'other') return { bytes: this.#rest, isText: false }
    const length = frameLength(this.#rest)
    if (length === undefined || length > this.#rest.length) return undefined
    // FIN and opcode 1: a message of one frame.
    return { bytes: this.#rest.subarray(0, length), isText: this.#rest[0] === 0x81 }
  }

  #head(): Stretch | undefined {
    const end = this.#rest.indexOf(headEnd)
    if (end === -1) return undefined
    const bytes = this.#rest.subarray(0, end + headEnd.length)
    this.#at = upgrades.test(bytes.toString('latin1')) ? 'frames' : 'other'
    return { bytes, isText: false }
  }
}

/** What a whole text message says. */
export function textOf({ bytes }: Stretch): string {
  const [head, mask] = headOf(bytes)
  const payload = Buffer.from(bytes.subarray(head + mask))
  if (mask > 0) for (let at = 0; at < payload.length; at += 1) payload[at] = (payload[at] as number) ^ (bytes[head + (at % 4)] as number)
  return payload.toString('utf8')
}

/** Bytes before the mask of the frame that begins here, and of the mask. */
function headOf(bytes: Buffer): readonly [head: number, mask: number] {
  const second = bytes[1] ?? 0
  const short = second & 0x7f
  return [short < 126 ? 2 : short === 126 ? 4 : 10, second >= 0x80 ? 4 : 0]
}

/** Bytes of the frame that begins here, or undefined where its head has not come whole. */
function frameLength(bytes: Buffer): number | undefined {
  const second = bytes[1]
  if (second === undefined) return undefined
  const [head, mask] = headOf(bytes)
  const short = second & 0x7f
  if (short < 126) return head + mask + short
  if (bytes.length < head) return undefined
  return head + mask + (short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2)))
}
