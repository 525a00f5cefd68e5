import { createPrivateKey, type KeyObject } from 'node:crypto'

/** The same key in every process, so that what is signed by it comes again by seed and number. */
export function keyOf(number: number): KeyObject {
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, number)])
  return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
}

/** Its public half as base64url. */
export function publicOf(key: KeyObject): string {
  return key.export({ format: 'jwk' }).x as string
}
