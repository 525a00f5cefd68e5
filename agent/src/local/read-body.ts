import type { IncomingMessage } from 'node:http'
import { PlatenError } from '@platen/protocol'

/** The whole body of a request. @throws PlatenError input.too_large, input.invalid where it breaks off */
export function readBody(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    let length = 0
    const tooLarge = (): void => {
      // Not destroyed: its socket still has to carry the answer.
      request.pause().removeAllListeners('data')
      reject(new PlatenError('input.too_large'))
    }
    if (Number(request.headers['content-length'] ?? 0) > mostBytes) return tooLarge()
    request.on('data', (piece: Buffer) => {
      length += piece.length
      if (length > mostBytes) tooLarge()
      else pieces.push(piece)
    })
    request.once('end', () => resolve(Buffer.concat(pieces)))
    request.once('error', cause => reject(new PlatenError('input.invalid', 'The request broke off.', { cause })))
    request.once('close', () => reject(new PlatenError('input.invalid', 'The request broke off.')))
  })
}
