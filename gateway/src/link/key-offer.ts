import type { AgentFrame, ErrorCode, GatewayFrame } from '@platen/protocol'
import type { LinkParts } from './link-parts.ts'
import type { AgentName, Registry } from './registry.ts'
import { isSignedOffer } from './signed.ts'

type KeyOffer = Extract<AgentFrame, { type: 'key.offer' }>
type KeyAck = Extract<GatewayFrame, { type: 'key.ack' }>

/** What answering needs. */
export interface KeyOfferParts {
  readonly parts: LinkParts
  readonly registry: Registry
}

/**
 * Keeps the new key of an agent beside the one that its session was proven with, which stays valid until the agent connects with the
 * new one. While two processes hold the key nobody knows whose agent it is: neither can lock the other out. @throws what the store throws
 */
export async function answerKeyOffer(offer: KeyOffer, agent: AgentName, key: string, { parts, registry }: KeyOfferParts): Promise<KeyAck> {
  const { publicKey } = offer
  const refused = registry.isDuplicate(agent) ? 'agent.duplicate' : await refusal(offer, agent, key, parts)
  if (refused === undefined) return { type: 'key.ack', publicKey }
  parts.metrics.count('link_frames_refused', refused)
  parts.log.warn('link:key_refused', { agentId: agent.id, code: refused })
  return { type: 'key.ack', publicKey, refused }
}

async function refusal(offer: KeyOffer, { id }: AgentName, key: string, { store, gateway }: LinkParts): Promise<ErrorCode | undefined> {
  const isKept =
    isSignedOffer(offer, gateway, id, key) && (await store.agents.offerKey(id, { publicKey: key, pendingKey: offer.publicKey }))
  return isKept ? undefined : 'key.refused'
}
