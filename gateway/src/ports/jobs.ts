import type { Job, JobEnd, JobEvent, JobStep } from '../domain/job.ts'
import type { Page, PageRequest } from './page.ts'
import type { RequestRecord } from './request-record.ts'

/** Something that happened at a site, in the one order that lists, streams and cursors share. */
export interface SiteEvent {
  /** Rises by one an event of the gateway; a stream's `Last-Event-ID`. */
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

/**
 * Jobs and their event log. Every change of a job goes through its machine inside one commit that also writes the event, so that
 * two callers never both win. Methods without an account are for the link and the clock, which were let in by other means.
 */
export interface JobStore {
  /**
   * Commits a queued job; with a key that was used for the same request, the job of then.
   * @throws PlatenError site.not_found where the site is not the account's, idempotency.conflict
   */
  create(job: Job, record?: RequestRecord): Promise<Job>
  /** A job that was made at the site, with a line in the audit log; one with this id is left as it is. False where the id is another site's. */
  importLocal(job: Job): Promise<boolean>
  find(accountId: string, id: string): Promise<Job | undefined>
  list(accountId: string, filter: JobFilter, page: PageRequest): Promise<Page<Job>>
  /**
   * Cancels a job in whatever state it is. Undefined where no such job is in the account; one that is cancelled stays so.
   * @throws PlatenError job.finished, job.local, idempotency.conflict
   */
  cancel(accountId: string, id: string, now: number, record?: RequestRecord): Promise<JobStep | undefined>
  /** The next job of the site that may start now, leased to the agent. Two claimers never get the same one. */
  claim(siteId: string, agentId: string, leaseMs: number, now: number): Promise<(Job & { state: 'offered' }) | undefined>
  /** The platform's jobs that are leased to the agent: what a connection that comes back has to be told of again. At most 64. */
  leased(siteId: string, agentId: string): Promise<readonly (Job & { state: 'offered' | 'running' })[]>
  /** Feeds an agent's frame to the machine; undefined where the site has no such job. */
  apply(
    siteId: string,
    jobId: string,
    event: Exclude<JobEvent, { type: 'claim' | 'cancel' | 'tick' }>,
    now: number,
  ): Promise<JobStep | undefined>
  /** Ends a job that was made at the site. False where the site has none of that id. */
  finishLocal(siteId: string, jobId: string, end: JobEnd, at: number): Promise<boolean>
  /** Lets time pass: leases and idempotency keys that ran out, deadlines. Sites whose queues changed. */
  tick(now: number, most: number): Promise<readonly string[]>
  /** Events of a site (or of one job) after a sequence number, in order. */
  events(
    accountId: string,
    of: { readonly siteId?: string; readonly jobId?: string },
    after: number,
    limit: number,
  ): Promise<readonly SiteEvent[]>
  /** The newest sequence number. */
  lastSeq(): Promise<number>
}
