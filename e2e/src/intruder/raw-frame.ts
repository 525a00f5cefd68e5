import { randomBytes } from 'node:crypto'

/** Opcodes of RFC 6455. */
export const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** How a frame is written, right or wrong. */
export interface FrameShape {
  readonly opcode: number
  readonly fin?: boolean
  /** The three reserved bits, which nothing that was agreed upon uses. */
  readonly reserved?: number
  /** What clients must do and servers must not. */
  readonly masked: boolean
  /** What the head says, where it lies. */
  readonly length?: bigint
}

/** A WebSocket frame by hand. */
export function rawFrame(
  payload: Buffer,
  { opcode, fin = true, reserved = 0, masked, length = BigInt(payload.length) }: FrameShape,
): Buffer {
  const first = (fin ? 0x80 : 0) | ((reserved & 7) << 4) | (opcode & 15)
  const bit = masked ? 0x80 : 0
  const mask = masked ? randomBytes(4) : Buffer.alloc(0)
  const body = masked ? Buffer.from(payload.map((byte, at) => byte ^ (mask[at % 4] as number))) : payload
  return Buffer.concat([Buffer.from([first]), lengthBytes(bit, length), mask, body])
}

function lengthBytes(bit: number, length: bigint): Buffer {
  if (length < 126n) return Buffer.from([bit | Number(length)])
  if (length < 65_536n) return Buffer.from([bit | 126, Number(length >> 8n), Number(length & 255n)])
  const long = Buffer.alloc(9)
  long[0] = bit | 127
  long.writeBigUInt64BE(BigInt.asUintN(64, length), 1)
  return long
}

/** The text of a whole frame. */
export function frameText(bytes: Buffer): string {
  const second = bytes[1] ?? 0
  const short = second & 0x7f
  const at = short < 126 ? 2 : short === 126 ? 4 : 10
  if (second < 0x80) return bytes.subarray(at).toString('utf8')
  const mask = bytes.subarray(at, at + 4)
  return Buffer.from(bytes.subarray(at + 4).map((byte, index) => byte ^ (mask[index % 4] as number))).toString('utf8')
}
