import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'

/** An Ed25519 key pair as two times 32 bytes, base64url. */
export interface KeyPair {
  readonly privateKey: string
  readonly publicKey: string
}

/** A new key pair. */
export function newKeyPair(): KeyPair {
  const { d, x } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  return { privateKey: d as string, publicKey: x as string }
}

/** Signs texts with a pair's private key. Throws where the pair is none. */
export function signerOf({ privateKey, publicKey }: KeyPair): (text: string) => string {
  const key = createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', d: privateKey, x: publicKey }, format: 'jwk' })
  return text => sign(null, Buffer.from(text), key).toString('base64url')
}
