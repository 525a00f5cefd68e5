import type { limits, AgentFrame, ErrorCode } from '@platen/protocol'
import { localSilenceMs } from '../domain/due.ts'
import type { Job, JobEnd } from '../domain/job.ts'
import { TokenBuckets } from '../domain/token-buckets.ts'
import type { LocalEnd } from '../ports/jobs.ts'
import { jsonBytes, problemOf } from './asked-job.ts'
import { DayRoom } from './day-room.ts'
import { jobEnd } from './job-end.ts'
import type { LinkParts } from './link-parts.ts'
import type { Peer } from './peer.ts'

type Created = Extract<AgentFrame, { type: 'job.created' }>
type Result = Extract<AgentFrame, { type: 'job.result' }>

/** How much a site may tell of jobs that it makes by itself. */
export type CreatedBounds = { readonly [Name in keyof typeof limits.created]: number }

/** Agents that are remembered, apart from those that have made nothing lately. */
const mostMakers = 100_000

/** What an agent is told of an end that is not kept. */
const refusals: { readonly [Came in LocalEnd]: ErrorCode | undefined } = {
  kept: undefined,
  late: 'job.stale_epoch',
  unknown: 'job.not_found',
}

/**
 * Jobs that a site makes by itself: what its agent tells of them is kept for long, in the store that all share. Methods throw what
 * the store throws.
 */
export class SiteJobs {
  readonly #parts: LinkParts
  readonly #pace: TokenBuckets
  readonly #day: DayRoom

  constructor(parts: LinkParts, bounds: CreatedBounds) {
    this.#parts = parts
    this.#pace = new TokenBuckets(bounds, mostMakers)
    this.#day = new DayRoom(bounds)
  }

  /** Whether an agent makes jobs faster than any site has use for: then it is not to be believed. */
  areTooFast({ agent }: Peer): boolean {
    return !this.#pace.take(agent.id, this.#parts.clock.now())
  }

  /** Keeps a job; or why not. */
  async created(peer: Peer, { jobId, kind, input, origin, createdAt }: Created): Promise<ErrorCode | undefined> {
    const { store, clock } = this.#parts
    const { id: agentId, accountId, siteId } = peer.agent
    // What is kept takes no room again, and is not refused because the day is spent since: its ack was lost, and it comes again.
    const kept = await store.jobs.find(accountId, jobId)
    if (kept) return kept.siteId === siteId ? undefined : 'job.not_found'
    const now = clock.now()
    const at = Math.min(createdAt, now)
    const identity = { id: jobId, accountId, siteId, kind, input, origin, createdAt: at, queueDeadline: at }
    const wrong = problemOf(identity, peer, this.#parts)
    if (wrong) return wrong
    if (!this.#hasRoom(peer, { count: 1, bytes: jsonBytes(input) })) return 'rate.limited'
    // No lease in truth, since nobody else may have it: so long its agent is waited for.
    const lease = { agentId, expiresAt: now + localSilenceMs }
    const job: Job = { ...identity, attempt: 0, epoch: 0, settled: 0, state: 'running', startedAt: at, cancelling: false, lease }
    return (await store.jobs.importLocal(job)) ? undefined : 'job.not_found'
  }

  /** Keeps what became of a job; or why not. */
  async ended(peer: Peer, frame: Result): Promise<ErrorCode | undefined> {
    const { store, clock } = this.#parts
    const job = await store.jobs.find(peer.agent.accountId, frame.jobId)
    if (!job) return 'job.not_found'
    const at = Math.min(frame.finishedAt, clock.now())
    return refusals[await store.jobs.finishLocal(peer.agent.siteId, frame.jobId, this.#endOf(peer, job, frame), at)]
  }

  /** That it has ended, and how, is kept in any case: it was let in. */
  #endOf(peer: Peer, job: Job, frame: Result): JobEnd {
    const end = jobEnd(frame, this.#parts.catalog.results[job.kind])
    if (job.state !== 'running' || this.#hasRoom(peer, { count: 0, bytes: jsonBytes(end.result) })) return end
    const { result: _tooMuch, ...rest } = end
    return rest
  }

  #hasRoom({ agent }: Peer, wanted: { readonly count: number; readonly bytes: number }): boolean {
    const { clock, log, metrics } = this.#parts
    const now = clock.now()
    if (this.#day.take(agent.id, wanted, now)) return true
    metrics.count('link_frames_surplus', wanted.count > 0 ? 'job.created' : 'job.result')
    if (this.#day.isNews(agent.id, now)) log.warn('link:day_spent', { agentId: agent.id, siteId: agent.siteId })
    return false
  }
}
