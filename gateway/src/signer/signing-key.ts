import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import type { DocumentCertificate, GatewayFrame } from '@platen/protocol'
import type { RootKey } from './root-key.ts'

/** The signer's word for a job, as an offer carries it. */
export type Grant = Extract<GatewayFrame, { type: 'job.offer' }>['grant']

/** A payload and the signature over its text. */
export type Signed = Grant['certificate']

interface CertifiedKey {
  readonly privateKey: KeyObject
  readonly certificate: Signed
  readonly madeAt: number
}

const hourMs = 3_600_000
const certificateMs = 24 * hourMs
/** Sites' clocks may be behind. */
const beforeMs = hourMs

/** Signs with keys that live for an hour, each certified by the root for a day. */
export class SigningKeys {
  readonly #root: RootKey
  readonly #now: () => number
  #current: CertifiedKey | undefined

  constructor(root: RootKey, now: () => number = Date.now) {
    this.#root = root
    this.#now = now
  }

  /** A grant over a payload. */
  grant(payload: unknown): Grant {
    const key = this.#key()
    return { ...signed(key.privateKey, payload), certificate: key.certificate }
  }

  #key(): CertifiedKey {
    const now = this.#now()
    if (!this.#current || Math.abs(now - this.#current.madeAt) >= hourMs) this.#current = this.#make(now)
    return this.#current
  }

  #make(madeAt: number): CertifiedKey {
    const { privateKey } = generateKeyPairSync('ed25519')
    const key = privateKey.export({ format: 'jwk' }).x as string
    const payload: DocumentCertificate = { key, notBefore: madeAt - beforeMs, notAfter: madeAt + certificateMs }
    return { privateKey, certificate: signed(this.#root.privateKey, payload), madeAt }
  }
}

/** The signature is over the payload's text, so that a reader checks it before parsing anything. */
function signed(key: KeyObject, value: unknown): Signed {
  const payload = Buffer.from(JSON.stringify(value)).toString('base64url')
  return { payload, signature: sign(null, Buffer.from(payload), key).toString('base64url') }
}
