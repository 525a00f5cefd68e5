import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { limits, localSigningText, PlatenError, signatureHeaders } from '@platen/protocol'
import type { Journal } from '../ports/journal.ts'

/** A request whose signature is to be checked. */
export interface SignedRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/**
 * Checks the HMAC of a request that came over loopback TCP, its age, and that its nonce is new. The nonce is noted only
 * once the signature is known to fit, so strangers can't fill the journal.
 * @throws PlatenError local.unauthorized, local.replayed
 */
export function checkSignature(secret: string, request: SignedRequest, journal: Pick<Journal, 'nonce'>, nowMs: number): void {
  const timestamp = header(request.headers, signatureHeaders.timestamp, /^[0-9]{1,12}$/)
  const nonce = header(request.headers, signatureHeaders.nonce, /^[0-9a-f]{32}$/)
  const signature = header(request.headers, signatureHeaders.signature, /^[0-9a-f]{64}$/)
  const bodyHash = createHash('sha256').update(request.body).digest('hex')
  const text = localSigningText({ method: request.method, path: request.path, timestamp, nonce, bodyHash })
  const expected = createHmac('sha256', secret).update(text).digest()
  if (!timingSafeEqual(expected, Buffer.from(signature, 'hex'))) throw new PlatenError('local.unauthorized')
  const ageMs = Math.abs(nowMs - Number(timestamp) * 1_000)
  if (ageMs > limits.local.clockSkewSeconds * 1_000) throw new PlatenError('local.replayed', 'Its time is too far off.')
  const expiresAt = nowMs + 2 * limits.local.clockSkewSeconds * 1_000
  if (!journal.nonce(nonce, expiresAt)) throw new PlatenError('local.replayed')
}

function header(headers: IncomingHttpHeaders, name: string, pattern: RegExp): string {
  const value = headers[name]
  if (typeof value !== 'string' || !pattern.test(value)) throw new PlatenError('local.unauthorized', `${name} is missing or malformed.`)
  return value
}
