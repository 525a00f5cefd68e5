import { createHash, randomBytes } from 'node:crypto'
import { limits, newId, PlatenError } from '@platen/protocol'
import type { AgentStore } from '../ports/agents.ts'
import type { Bus } from '../ports/bus.ts'
import type { RequestRecord } from '../ports/request-record.ts'

/** What an operator puts into a bundle. */
export interface EnrolmentInvitation {
  /** Shown once: absent where the same request was answered before. */
  readonly token?: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

/** What an agent sends to enrol. */
export interface EnrolmentRequest {
  readonly token: string
  /** 32 bytes Ed25519, base64url. */
  readonly publicKey: string
  readonly siteUrl: string
  readonly version: string
}

/** Who the agent is from now on. */
export interface EnrolmentAnswer {
  readonly agentId: string
  readonly siteId: string
  /** The name that its tokens are made out to. */
  readonly gateway: string
}

/** What enrolling needs. */
export interface EnrolmentParts {
  readonly agents: Pick<AgentStore, 'addEnrolmentToken' | 'redeem'>
  readonly bus: Pick<Bus, 'publish'>
  readonly gateway: string
  readonly now: () => number
}

/** Makes a token that turns one key into the agent of a site, once, within 15 minutes. The site has to be the account's. */
export async function invite(
  { agents, now }: Pick<EnrolmentParts, 'agents' | 'now'>,
  site: { readonly accountId: string; readonly siteId: string },
  record?: RequestRecord,
): Promise<EnrolmentInvitation> {
  const token = randomBytes(32).toString('base64url')
  const expiresAt = now() + limits.enrolment.tokenSeconds * 1_000
  const made = { hash: hashOf(token), ...site, expiresAt }
  const kept = await agents.addEnrolmentToken(made, record)
  return { ...(kept.hash === made.hash ? { token } : {}), expiresAt: kept.expiresAt }
}

/**
 * Uses a token up. The agent that the site had is revoked in the same commit, and its socket is closed at once. Whoever lost the
 * answer may ask again with the same key, and gets it again.
 * @throws PlatenError input.invalid, enrol.token_invalid, enrol.token_expired
 */
export async function redeem({ agents, bus, gateway, now }: EnrolmentParts, request: EnrolmentRequest): Promise<EnrolmentAnswer> {
  const { token, publicKey, siteUrl, version } = request
  if (Buffer.from(publicKey, 'base64url').length !== 32)
    throw new PlatenError('input.invalid', 'It is no Ed25519 key.', { field: 'publicKey' })
  const { agent, revoked } = await agents.redeem({
    hash: hashOf(token),
    siteUrl,
    agentId: newId('agent'),
    publicKey,
    version,
    now: now(),
  })
  for (const agentId of revoked) bus.publish({ type: 'agent revoked', agentId })
  return { agentId: agent.id, siteId: agent.siteId, gateway }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
