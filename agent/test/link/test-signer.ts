import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import type { DocumentCertificate, DocumentGrant, GatewayFrame } from '@platen/protocol'
import { inputHash } from '../../src/link/grant.ts'

type Offer = Extract<GatewayFrame, { type: 'job.offer' }>
type Grant = Offer['grant']

/** What a test does differently from an honest signer. */
export interface Forgery {
  readonly payload?: Partial<DocumentGrant>
  readonly certificate?: Partial<DocumentCertificate>
}

/** A signer as the platform's, in a few lines. */
export class TestSigner {
  readonly root: string
  readonly #rootKey: KeyObject = generateKeyPairSync('ed25519').privateKey
  readonly #key: KeyObject = generateKeyPairSync('ed25519').privateKey

  constructor() {
    this.root = publicOf(this.#rootKey)
  }

  /** A grant for an offer, made out to a site's agent. */
  grant(
    offer: Omit<Offer, 'grant'>,
    to: { readonly siteId: string; readonly agentId: string },
    nowMs: number,
    forgery: Forgery = {},
  ): Grant {
    const { jobId, attempt, epoch, kind, input } = offer
    const { siteId, agentId } = to
    const payload = {
      siteId,
      agentId,
      jobId,
      attempt,
      epoch,
      kind,
      inputHash: inputHash(input),
      expiresAt: nowMs + 300_000,
      ...forgery.payload,
    }
    const certificate = { key: publicOf(this.#key), notBefore: nowMs - 3_600_000, notAfter: nowMs + 3_600_000, ...forgery.certificate }
    return { ...signed(this.#key, payload), certificate: signed(this.#rootKey, certificate) }
  }
}

/** An Ed25519 key pair's signature over texts, base64url. */
export function testKey(): { readonly publicKey: string; readonly sign: (text: string) => string } {
  const key = generateKeyPairSync('ed25519').privateKey
  return { publicKey: publicOf(key), sign: text => sign(null, Buffer.from(text), key).toString('base64url') }
}

function publicOf(key: KeyObject): string {
  return key.export({ format: 'jwk' }).x as string
}

function signed(key: KeyObject, value: unknown): Grant['certificate'] {
  const payload = Buffer.from(JSON.stringify(value)).toString('base64url')
  return { payload, signature: sign(null, Buffer.from(payload), key).toString('base64url') }
}
