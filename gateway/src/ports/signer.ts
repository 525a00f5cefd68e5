import type { DocumentGrant, GatewayJobOffer } from '@platen/protocol'

/** Asks the signer for its word on one attempt of one job. */
export interface Signer {
  /** @throws PlatenError signer.unavailable, signer.refused */
  sign(request: Omit<DocumentGrant, 'expiresAt'>): Promise<GatewayJobOffer['grant']>
}
