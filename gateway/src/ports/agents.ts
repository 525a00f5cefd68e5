import type { Facts } from '../domain/facts.ts'
import type { Page, PageRequest } from './page.ts'
import type { RequestRecord } from './request-record.ts'

/** An enrolled agent: one a site; an earlier one is revoked when another enrols. */
export interface Agent {
  readonly id: string
  readonly accountId: string
  readonly siteId: string
  /** 32 bytes Ed25519, base64url. */
  readonly publicKey: string
  /** A new key that it has shown and not connected with yet: both are valid until it has. */
  readonly pendingKey?: string
  /** Somebody asked then for a new key, and the agent has none yet. */
  readonly rotationAskedAt?: number
  readonly createdAt: number
  readonly revokedAt?: number
  /** The pool that it serves besides its site. */
  readonly pool?: string
  readonly version?: string
  readonly connectedAt?: number
  /** The session that it was last heard in. */
  readonly sessionId?: string
  readonly seenAt?: number
  /** Sequence of the last state report that was stored, and all facts as of then. */
  readonly stateSeq: number
  readonly facts: Facts
}

/** A one-time token that turns a key into an agent of a site; only its hash is kept. */
export interface EnrolmentToken {
  /** SHA-256, base64url. */
  readonly hash: string
  readonly accountId: string
  readonly siteId: string
  readonly expiresAt: number
}

/** Agents and their enrolment. Methods without an account are for the link, where the agent's key proves whose it is. */
export interface AgentStore {
  /**
   * Commits a token; with a key that was used for the same request, the token of then.
   * @throws PlatenError site.not_found where the site is not the account's, idempotency.conflict
   */
  addEnrolmentToken(token: EnrolmentToken, record?: RequestRecord): Promise<EnrolmentToken>
  /**
   * Uses the token up and makes the agent in one commit, with a line in the audit log; the agents that the site had are
   * revoked, and named in the answer. Shown again by the same key, the token makes nothing: the answer is the agent of then,
   * as long as it is live and has that key.
   * @throws PlatenError enrol.token_invalid (unknown, used by another key, another site's URL), enrol.token_expired
   */
  redeem(request: {
    readonly hash: string
    readonly siteUrl: string
    readonly agentId: string
    readonly publicKey: string
    readonly version: string
    readonly now: number
  }): Promise<{ readonly agent: Agent; readonly revoked: readonly string[] }>
  /** For the link: the agent whatever its account, revoked or not. */
  resolve(agentId: string): Promise<Agent | undefined>
  find(accountId: string, id: string): Promise<Agent | undefined>
  list(accountId: string, page: PageRequest): Promise<Page<Agent>>
  /** False where there is no such agent in the account. @throws PlatenError idempotency.conflict */
  revoke(accountId: string, id: string, at: number, record?: RequestRecord): Promise<boolean>
  /**
   * Lets the agent carry out jobs of a pool, or of its site alone (`null`). False where there is no such agent in the account.
   * @throws PlatenError pool.denied where the account is not the platform's own, idempotency.conflict
   */
  assignPool(accountId: string, id: string, pool: string | null, record?: RequestRecord): Promise<boolean>
  /** Notes that the agent should get a new key. False where there is no such live agent in the account. @throws PlatenError idempotency.conflict */
  askRotation(accountId: string, id: string, at: number, record?: RequestRecord): Promise<boolean>
  /**
   * Keeps a new key beside the one in use, in the place of one that was kept before. False where `publicKey` is not (or no longer)
   * the one in use, or the agent is revoked.
   */
  offerKey(agentId: string, keys: { readonly publicKey: string; readonly pendingKey: string }): Promise<boolean>
  /**
   * Takes the key that was kept into use, and forgets the one before and that a rotation was asked for; with a line in the audit
   * log. False where `pendingKey` is not the one that is kept, or the agent is revoked; nothing changes then.
   */
  commitKey(agentId: string, pendingKey: string, at: number): Promise<boolean>
  /** Notes that the agent was heard in a session: it is connected until that one ends. */
  seen(agentId: string, sessionId: string, at: number, version?: string): Promise<void>
  /** Notes that a session has ended. Where the agent was heard in another one since, it is connected all the same. */
  left(agentId: string, sessionId: string, at: number): Promise<void>
  /** Merges a report (or, when full, replaces the facts); false on a gap, or where they become too many: the caller answers with a resync. */
  report(agentId: string, report: { readonly seq: number; readonly full: boolean; readonly facts: Agent['facts'] }): Promise<boolean>
}
