import { createHash } from 'node:crypto'
import { newId, type Kind } from '@platen/protocol'
import { localSilenceMs } from '../../src/domain/due.ts'
import type { Job } from '../../src/domain/job.ts'
import type { Agent, EnrolmentToken } from '../../src/ports/agents.ts'
import type { AuditEntry } from '../../src/ports/audit.ts'
import type { Page, PageRequest } from '../../src/ports/page.ts'
import type { IdempotencyKey, RequestRecord } from '../../src/ports/request-record.ts'
import type { Site } from '../../src/ports/sites.ts'
import type { Store } from '../../src/ports/store.ts'
import type { StoreFailure } from '../../src/ports/store-failure.ts'
import type { Scope, Token } from '../../src/ports/tokens.ts'
import type { StoreParts } from '../../src/store/store-parts.ts'
import { openAt, type NewPlace, type StorePlace } from './store-place.ts'

/** An account with a site and its agent. */
export interface Party {
  readonly accountId: string
  readonly siteId: string
  readonly siteUrl: string
  readonly agentId: string
}

/** A store in which two accounts live that must not know of each other. */
export class TwoAccounts {
  store: Store
  readonly mine: Party = party()
  readonly theirs: Party = party()
  /** What the store told of by itself. */
  readonly failures: StoreFailure[]
  readonly #place: StorePlace

  private constructor(place: StorePlace, store: Store, failures: StoreFailure[]) {
    this.#place = place
    this.store = store
    this.failures = failures
  }

  static async make(
    newPlace: NewPlace,
    { theirsIsPlatform = false, ...also }: { readonly theirsIsPlatform?: boolean } & Partial<StoreParts> = {},
  ): Promise<TwoAccounts> {
    const place = await newPlace()
    const failures: StoreFailure[] = []
    const made = new TwoAccounts(place, await openAt(place.address, { report: failure => failures.push(failure), ...also }), failures)
    await made.#admit(made.mine, false)
    await made.#admit(made.theirs, theirsIsPlatform)
    return made
  }

  /** One account more. */
  async newParty(): Promise<Party> {
    const made = party()
    await this.#admit(made, false)
    return made
  }

  async #admit(made: Party, isPlatform: boolean): Promise<void> {
    await this.store.tokens.createAccount(made.accountId, 'an account', 0, isPlatform)
    await this.store.sites.create({ id: made.siteId, accountId: made.accountId, url: made.siteUrl, createdAt: 0 })
    await this.enrol(made)
  }

  get address(): string {
    return this.#place.address
  }

  /** Another gateway's view of the same data. */
  another(): Promise<Store> {
    return openAt(this.#place.address)
  }

  async reopen(): Promise<void> {
    await this.store.close()
    this.store = await openAt(this.#place.address)
  }

  async remove(): Promise<void> {
    await this.store.close()
    await this.#place.remove()
  }

  /** Enrols an agent at a party's site. */
  async enrol({ accountId, siteId, siteUrl, agentId }: Party): Promise<{ agent: Agent; revoked: readonly string[] }> {
    const token = enrolmentToken({ accountId, siteId })
    await this.store.agents.addEnrolmentToken(token)
    return this.store.agents.redeem({ hash: token.hash, siteUrl, agentId, publicKey: 'a key', version: '0', now: 0 })
  }

  /** A job of a party that is queued. */
  async queue(party: Party, change: Partial<Job & { state: 'queued' }> = {}): Promise<Job> {
    return (await this.store.jobs.create(job(party, change))).job
  }
}

function party(): Party {
  const siteId = newId('site')
  return { accountId: newId('acct'), siteId, siteUrl: `https://${siteId}.example`, agentId: newId('agent') }
}

const longEnoughMs = 3_600_000

/** A job that waits. */
export function job(party: Party, change: Partial<Job & { state: 'queued' }> = {}, kind: Kind['name'] = 'cache.purge'): Job {
  const { accountId, siteId } = party
  const identity = { id: newId('job'), accountId, siteId, kind, input: { everything: true, reason: 'a test' }, createdAt: 0 }
  const waiting = { attempt: 0, epoch: 0, settled: 0, state: 'queued', notBefore: 0 } as const
  return { ...identity, origin: 'platform', queueDeadline: longEnoughMs, ...waiting, ...change }
}

/** A job that the owner started at the site. */
export function localJob({ accountId, siteId, agentId }: Party, id: string = newId('job')): Job {
  const identity = { id, accountId, siteId, kind: 'health.report', input: { sections: 'all' }, origin: 'owner', createdAt: 5 } as const
  const lease = { agentId, expiresAt: 5 + localSilenceMs }
  return { ...identity, queueDeadline: 5, attempt: 0, epoch: 0, settled: 0, state: 'running', startedAt: 5, cancelling: false, lease }
}

/** A site of a party. */
export function site({ accountId }: Pick<Party, 'accountId'>): Site {
  const id = newId('site')
  return { id, accountId, url: `https://${id}.example`, createdAt: 7 }
}

/** An API token of a party. */
export function apiToken({ accountId }: Pick<Party, 'accountId'>, scope: Scope = 'read'): Token {
  const id = newId('tok')
  return { id, accountId, name: 'a token', scope, hash: hash(id), createdAt: 7 }
}

/** A token with which an agent enrols. */
export function enrolmentToken({ accountId, siteId }: Pick<Party, 'accountId' | 'siteId'>, expiresAt: number = 1_000): EnrolmentToken {
  return { hash: hash(newId('evt')), accountId, siteId, expiresAt }
}

/** What is kept of a request. */
export function record({ accountId }: Pick<Party, 'accountId'>, idempotency?: IdempotencyKey, at: number = 0): RequestRecord {
  return { audit: auditLine({ accountId }, at), ...(idempotency ? { idempotency } : {}) }
}

/** A line of the audit log. */
export function auditLine({ accountId }: Pick<Party, 'accountId'>, at: number = 0): AuditEntry {
  return { id: newId('evt'), accountId, at, actor: 'token:tok_1', action: 'thing.change', subject: 'thing_1', outcome: 'done' }
}

/** All items of a list, in pages of `limit`. */
export async function everything<Item>(list: (page: PageRequest) => Promise<Page<Item>>, limit: number = 100): Promise<Item[]> {
  const items: Item[] = []
  let after: string | undefined
  do {
    const page = await list({ limit, ...(after === undefined ? {} : { after }) })
    if (page.items.length > limit) throw new Error('a page longer than was asked for')
    if (page.nextCursor !== undefined && page.nextCursor === after) throw new Error('a cursor that leads to itself')
    items.push(...page.items)
    after = page.nextCursor
  } while (after !== undefined)
  return items
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
