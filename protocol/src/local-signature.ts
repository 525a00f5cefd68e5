/** Headers of a signed local request (loopback TCP only). */
export const signatureHeaders = {
  timestamp: 'x-platen-timestamp',
  nonce: 'x-platen-nonce',
  signature: 'x-platen-signature',
} as const

/**
 * The text whose HMAC-SHA-256 (hex) signs a local request: method, path with query, Unix time in seconds, nonce
 * (32 hex digits), and the SHA-256 (hex) of the body.
 */
export function localSigningText(request: {
  readonly method: string
  readonly path: string
  readonly timestamp: string
  readonly nonce: string
  readonly bodyHash: string
}): string {
  return ['platen.v1 local', request.method, request.path, request.timestamp, request.nonce, request.bodyHash].join('\n')
}
