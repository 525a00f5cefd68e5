import type { TSchema } from 'typebox'
import { AgentId, Base64Url, fence, KindName, SiteId, TimeMs } from '../frames/parts.ts'
import { closed } from '../kinds/parts.ts'

/** What the signer signs for one attempt of one job. The agent checks every member against the offer and itself. */
export const GrantPayload: TSchema = closed({
  siteId: SiteId,
  agentId: AgentId,
  ...fence,
  kind: KindName,
  /** SHA-256 of the input's canonical JSON, base64url. */
  inputHash: Base64Url,
  expiresAt: TimeMs,
})

/** The root's word for a signing key. */
export const CertificatePayload: TSchema = closed({
  /** 32 bytes Ed25519. */
  key: Base64Url,
  notBefore: TimeMs,
  notAfter: TimeMs,
})
