import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto'
import {
  canonicalJson,
  limits,
  PlatenError,
  type DocumentCertificate,
  type DocumentGrant,
  type GatewayFrame,
  type Json,
} from '@platen/protocol'
import { documentValidators } from '@platen/protocol/validators/documents'

interface Documents {
  readonly grant: DocumentGrant
  readonly certificate: DocumentCertificate
}

type Offer = Extract<GatewayFrame, { type: 'job.offer' }>

/** Who checks, whom it believes, and what time it is at the gateway. */
export interface GrantChecker {
  readonly siteId: string
  readonly agentId: string
  /** The pinned root key, base64url. */
  readonly signerRoot: string
  readonly nowMs: number
}

/**
 * Checks the signer's word for an offer, from the root outwards: the certificate is the pinned root's and valid now, the
 * payload is the certified key's, every member of it fits the offer and this agent, and it has not expired. That a grant
 * works once only is up to the journal, which knows every fence that was taken. Answers when it was signed.
 *
 * @throws PlatenError grant.signer_unknown, grant.invalid, grant.mismatch, grant.expired
 */
export function checkGrant(offer: Offer, checker: GrantChecker): number {
  const { certificate, payload, signature } = offer.grant
  const { key, notBefore, notAfter } = certified(checker.signerRoot, certificate)
  if (!signedBy(key, { payload, signature })) throw new PlatenError('grant.invalid')
  const granted = read('grant', payload)
  for (const [name, value] of Object.entries(expected(offer, checker))) {
    if (granted[name as keyof DocumentGrant] !== value) throw new PlatenError('grant.mismatch', `It names another ${name}.`)
  }
  if (checker.nowMs < notBefore || checker.nowMs >= notAfter) throw new PlatenError('grant.expired', 'The signing key is not valid now.')
  if (checker.nowMs >= granted.expiresAt) throw new PlatenError('grant.expired')
  return granted.expiresAt - limits.job.grantSeconds * 1_000
}

function expected(offer: Offer, { siteId, agentId }: GrantChecker): Omit<DocumentGrant, 'expiresAt'> {
  const { jobId, attempt, epoch, kind, input } = offer
  return { siteId, agentId, jobId, attempt, epoch, kind, inputHash: inputHash(input) }
}

/** SHA-256 of the input's canonical JSON, base64url. */
export function inputHash(input: unknown): string {
  return createHash('sha256')
    .update(canonicalJson(input as Json))
    .digest('base64url')
}

/** A payload and the signature over its text. */
interface Signed {
  readonly payload: string
  readonly signature: string
}

/** A signing key whose certificate was found to be a root's. */
interface Certified extends Omit<DocumentCertificate, 'key'> {
  readonly root: string
  readonly by: Signed
  readonly key: KeyObject | undefined
}

/** The last that was found: one key signs the grants of an hour, and checking its certificate takes as long as checking a grant. */
let last: Certified | undefined

/** @throws PlatenError grant.signer_unknown, grant.invalid */
function certified(root: string, { payload, signature }: Signed): Certified {
  if (last?.root === root && last.by.payload === payload && last.by.signature === signature) return last
  if (!signedBy(publicKey(root), { payload, signature })) throw new PlatenError('grant.signer_unknown')
  const { key, ...times } = read('certificate', payload)
  last = { ...times, root, by: { payload, signature }, key: publicKey(key) }
  return last
}

function publicKey(key: string): KeyObject | undefined {
  if (Buffer.from(key, 'base64url').length !== 32) return undefined
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key }, format: 'jwk' })
}

/** The signature is over the payload as it was sent: nothing is parsed before it is known to be the signer's. */
function signedBy(key: KeyObject | undefined, { payload, signature }: Signed): boolean {
  return key !== undefined && verify(null, Buffer.from(payload), key, Buffer.from(signature, 'base64url'))
}

function read<Name extends keyof Documents>(name: Name, payload: string): Documents[Name] {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
  } catch (error) {
    throw new PlatenError('grant.invalid', `The ${name} is not JSON.`, { cause: error })
  }
  if (!documentValidators[name]?.(value)) throw new PlatenError('grant.invalid', `The ${name} does not fit its schema.`)
  return value as Documents[Name]
}
