import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { MessageStream, textOf } from '../../src/chaos/message-stream.ts'

const head = Buffer.from('GET /v1/agents/link HTTP/1.1\r\nUpgrade: websocket\r\n\r\n')

/** A frame as RFC 6455 §5.2 lays it out. */
function frame(opcode: number, masked: boolean, length: number): Buffer {
  const mask = masked ? 0x80 : 0
  const lengths =
    length < 126
      ? Buffer.from([mask | length])
      : length < 65_536
        ? Buffer.from([mask | 126, length >> 8, length & 0xff])
        : Buffer.concat([
            Buffer.from([mask | 127, 0, 0, 0, 0]),
            Buffer.from([length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff]),
          ])
  return Buffer.concat([Buffer.from([0x80 | opcode]), lengths, Buffer.alloc(masked ? 4 : 0, 1), Buffer.alloc(length, 2)])
}

/** All of it in pieces of odd sizes. */
function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = []
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? bytes.length
    pieces.push(bytes.subarray(at, at + size))
    at += size
  }
  return pieces
}

describe('a connection in stretches', () => {
  it('is its head and its frames, however the network cuts it', () => {
    const frames = fc.array(fc.tuple(fc.constantFrom(1, 2, 8, 9, 10), fc.boolean(), fc.constantFrom(0, 1, 125, 126, 700, 70_000)), {
      maxLength: 5,
    })
    const sizes = fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(frames, sizes, (asked, pieces) => {
        const sent = asked.map(parts => frame(...parts))
        const stream = new MessageStream()
        const got = cut(Buffer.concat([head, ...sent]), pieces).flatMap(piece => stream.take(piece))
        assert.deepEqual(
          got.map(({ bytes }) => bytes),
          [head, ...sent],
        )
        assert.deepEqual(
          got.map(({ isText }) => isText),
          [false, ...asked.map(([opcode]) => opcode === 1)],
        )
      }),
      { numRuns: 50 },
    )
  })

  it('passes as it comes where it is no WebSocket', () => {
    const stream = new MessageStream()
    const got = stream.take(Buffer.from('HTTP/1.1 503 Service Unavailable\r\n\r\n\x81\x7fbody', 'latin1'))
    assert.deepEqual(
      got.map(({ bytes }) => bytes.toString('latin1')),
      ['HTTP/1.1 503 Service Unavailable\r\n\r\n', '\x81\x7fbody'],
    )
  })

  it('says what its messages say, whether or not they are masked', () => {
    for (const length of [0, 5, 126, 70_000])
      for (const masked of [false, true]) {
        const stream = new MessageStream()
        const [, message] = stream.take(Buffer.concat([head, frame(1, masked, length)]))
        // Bytes are 2, under a mask of 1.
        assert.equal(message && textOf(message), String.fromCharCode(masked ? 3 : 2).repeat(length))
      }
  })
})
