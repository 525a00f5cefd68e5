import type { IncomingMessage } from 'node:http'
import { pipeline, type Readable, type Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import { PlatenError } from '@platen/protocol'

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
}

/**
 * The body of a response, decoded; answers to HEAD tell an encoding and have none. The bound holds for the decoded bytes while they stream in, so a small answer that
 * unpacks to a huge one is given up early.
 * @throws PlatenError file.too_large, page.unreachable (an encoding that was not asked for); errors of the stream
 */
export async function decodedBody(response: IncomingMessage, presence: 'as told' | 'none', mostBytes: number): Promise<Buffer> {
  const bodiless = presence === 'none' || response.statusCode === 204 || response.statusCode === 304
  const stream = bodiless || response.headers['content-length'] === '0' ? response : decoded(response)
  const pieces: Buffer[] = []
  let length = 0
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      length += piece.length
      if (length > mostBytes) throw new PlatenError('file.too_large', `It is over ${mostBytes} bytes.`)
      pieces.push(piece)
    }
  } finally {
    response.destroy()
  }
  return Buffer.concat(pieces)
}

function decoded(response: IncomingMessage): Readable {
  const encoding = response.headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (encoding === 'identity' || encoding === '') return response
  const decoder = Object.hasOwn(decoders, encoding) ? decoders[encoding]?.() : undefined
  if (!decoder) {
    response.destroy()
    throw new PlatenError('page.unreachable', 'It came in an encoding that was not asked for.')
  }
  return pipeline(response, decoder, () => {
    // Either side's error reaches the reader as the decoder's own.
  })
}
