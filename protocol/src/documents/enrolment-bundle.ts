import { Type, type TSchema } from 'typebox'
import { Base64Url, SiteId } from '../frames/parts.ts'
import { closed } from '../kinds/parts.ts'

/** What an operator gives a new agent, by file or stdin: who to talk to, and whom to believe. */
export const EnrolmentBundle: TSchema = closed({
  version: Type.Literal(1),
  siteId: SiteId,
  /** The site's URL, so that a bundle can't be used on another site by mistake. */
  siteUrl: Type.String({ maxLength: 2048 }),
  /** One-time. */
  token: Base64Url,
  expiresAt: Type.String({ maxLength: 40 }),
  /** Base URLs (http or https) of gateways, tried in order. */
  gateways: Type.Array(Type.String({ pattern: '^https?://', maxLength: 500 }), { minItems: 1, maxItems: 8 }),
  /** The signer's root key: 32 bytes Ed25519. Put in by the operator's command from the signer's own file. */
  signerRoot: Base64Url,
})
