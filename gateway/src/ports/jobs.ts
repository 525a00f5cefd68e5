import type { ErrorCode } from '@platen/protocol'
import type { EndedJob, Job, JobEnd } from '../domain/job.ts'
import type { AgentEvent } from '../domain/job-event.ts'
import type { JobStep } from '../domain/job-machine.ts'
import type { Place } from '../domain/place.ts'
import type { Page, PageRequest } from './page.ts'
import type { RequestRecord } from './request-record.ts'

/** Something that happened at a site, in the one order that lists, streams and cursors share. */
export interface SiteEvent {
  /** Rises from event to event of a site; a stream's `Last-Event-ID`. */
  readonly seq: number
  readonly id: string
  readonly accountId: string
  readonly siteId: string
  readonly jobId?: string
  /** `job.queued`, `job.offered`, `job.running`, `job.succeeded` … */
  readonly type: string
  readonly at: number
  readonly data: unknown
}

/** Which jobs a list shows. */
export interface JobFilter {
  readonly siteId?: string
  readonly state?: Job['state']
  readonly kind?: string
}

/** A step, and the steps of other jobs that followed from it in the same commit: a parent, a child, one that was absorbed. */
export interface StoredStep extends JobStep {
  /** False where the job stays as it was: what was said had been said before, or means nothing to it. */
  readonly changed: boolean
  readonly also: readonly JobStep[]
}

/** A job that was created: queued, or ended at once where another one stands for it. */
export interface Created {
  readonly job: Job
  readonly also: readonly JobStep[]
}

/** A job of a batch that was refused. */
export interface Refused {
  readonly refused: ErrorCode
  readonly field?: string
}

/** What became of one job of a batch. */
export type BatchOutcome = Created | Refused

/** Who asks for work, and what it can do. */
export interface Claim {
  readonly agentId: string
  /** Its site, and its pool. */
  readonly places: readonly Place[]
  /** Names of the kinds that it carries out. */
  readonly kinds: readonly string[]
  readonly leaseMs: number
  readonly now: number
  /** Jobs that it takes at most. */
  readonly most: number
}

/** What came of a claim. */
export interface Claimed {
  readonly jobs: readonly (Job & { readonly state: 'offered' })[]
  /** Jobs that the claimer can't be given, and that are over with that, and what followed from it. */
  readonly also: readonly JobStep[]
}

/**
 * What becomes of an end that a site tells of its own job. `kept`: now, or one that came before. `late`: the job was given up
 * meanwhile. `unknown`: the site has made no such job.
 */
export type LocalEnd = 'kept' | 'late' | 'unknown'

/** A job with an agent. */
export type LeasedJob = Job & { readonly state: 'offered' | 'running' }

/**
 * Jobs and their event log. Every change of a job goes through its machine inside one commit that also writes the event, so that
 * two callers never both win. That a site runs one heavy job at a time, and that queued jobs of one coalescing key are one, is
 * up to unique indexes. Methods without an account are for the link and the clock, which were let in by other means.
 */
export interface JobStore {
  /**
   * Commits a queued job, or lets a queued one of the same coalescing key stand for it (or it for that one); with an idempotency
   * key that was used for the same request, the job of then.
   * @throws PlatenError site.not_found where the site is not the account's, queue.full where too many wait, idempotency.conflict
   */
  create(job: Job, record?: RequestRecord): Promise<Created>
  /**
   * Creates many of one account in one commit, each by itself: one outcome a job, in their order. What was refused before the store was
   * asked is among them, so that it is answered in the same way when the request comes again. @throws PlatenError idempotency.conflict
   */
  createBatch(accountId: string, jobs: readonly (Job | Refused)[], record?: RequestRecord): Promise<readonly BatchOutcome[]>
  /** A job that was made at the site, with a line in the audit log; one with this id is left as it is. False where the id is another site's. */
  importLocal(job: Job): Promise<boolean>
  find(accountId: string, id: string): Promise<Job | undefined>
  /** For the link: a job that is carried out at one of these places. */
  findAt(places: readonly Place[], id: string): Promise<Job | undefined>
  list(accountId: string, filter: JobFilter, page: PageRequest): Promise<Page<Job>>
  /**
   * Cancels a job in whatever state it is. Undefined where no such job is in the account; one that is cancelled stays so.
   * @throws PlatenError job.finished, job.local, idempotency.conflict
   */
  cancel(accountId: string, id: string, now: number, record?: RequestRecord): Promise<StoredStep | undefined>
  /** The next jobs that may start now, leased to the agent, the most urgent first. Two claimers never get the same one. */
  claim(claim: Claim): Promise<Claimed>
  /** The platform's jobs that are leased to the agent: what a connection that comes back has to be told of again. At most 64. */
  leased(places: readonly Place[], agentId: string): Promise<readonly LeasedJob[]>
  /** Feeds an agent's word to the machine; undefined where none of its places has such a job. */
  apply(places: readonly Place[], jobId: string, event: Exclude<AgentEvent, { type: 'wait' }>, now: number): Promise<StoredStep | undefined>
  /** Lets a job wait for a child, which is created in the same commit unless the machine refuses. @throws PlatenError queue.full; nothing has changed then */
  wait(
    places: readonly Place[],
    jobId: string,
    event: AgentEvent & { type: 'wait' },
    child: Job,
    now: number,
  ): Promise<StoredStep | undefined>
  /** Ends a job that was made at the site; the first end stands. */
  finishLocal(siteId: string, jobId: string, end: JobEnd, at: number): Promise<LocalEnd>
  /**
   * Lets time pass: leases and idempotency keys that ran out, deadlines. What agents of `spared` have is left as it is. The steps that
   * this led to.
   */
  tick(now: number, most: number, spared?: readonly string[]): Promise<readonly JobStep[]>
  /** Removes jobs that ended before a time, their events with them. How many. */
  forget(endedBefore: number, most: number): Promise<number>
  /** Events of a site (or of one job) after a sequence number, in order. */
  events(
    accountId: string,
    of: { readonly siteId?: string; readonly jobId?: string },
    after: number,
    limit: number,
  ): Promise<readonly SiteEvent[]>
}

/** What a parent is told of a child that has ended. */
export function outcomeOf({ id: jobId, state, end: { result, error } }: EndedJob): NonNullable<Job['child']> {
  return { jobId, state, ...(result === undefined ? {} : { result }), ...(error ? { error } : {}) }
}
