import type { ErrorCode, ReceiptAnchor } from '@platen/protocol'
import type { Bill } from './bill.ts'

/** Who asked for a job: the platform over the API, or somebody at the site. */
export type Origin = 'platform' | 'owner' | 'event' | 'root'

/** Whether the site was changed. */
export type Effect = 'none' | 'applied' | 'partial' | 'unknown'

/** An error of the table with its words for people. */
export interface Reason {
  readonly code: ErrorCode
  readonly message: string
}

/** How a job ended. */
export interface JobEnd {
  readonly outcome: 'succeeded' | 'failed' | 'cancelled'
  readonly effect: Effect
  readonly result?: unknown
  readonly error?: Reason
  readonly bill?: Bill
  /** What the agent has put on record about it: a later look at its receipts has to find it there. */
  readonly receipt?: ReceiptAnchor
  /** The job that stands for this one, where it was absorbed. */
  readonly standIn?: string
}

/** A lease: one agent's right to carry out one attempt, until it runs out. */
export interface Lease {
  readonly agentId: string
  readonly expiresAt: number
}

/** What became of a child, as its parent is told. */
export interface ChildOutcome {
  readonly jobId: string
  readonly state: 'succeeded' | 'failed' | 'cancelled' | 'expired'
  readonly result?: unknown
  readonly error?: Reason
}

/** What a job is, from its creation on. Times in ms since the epoch. */
export interface JobIdentity {
  readonly id: string
  readonly accountId: string
  /** The site that it is about; its agent carries it out, unless `pool` names others. */
  readonly siteId: string
  /** Whoever carries it out: agents of a pool that belongs to the platform. */
  readonly pool?: string
  readonly kind: string
  readonly input: unknown
  readonly origin: Origin
  readonly createdAt: number
  /** Not started by then: `expired`. Put off when a run is to be followed by another. */
  readonly queueDeadline: number
  /** Queued jobs of one place that share it become one. */
  readonly coalesceKey?: string
  /** The job that waits for this one. */
  readonly parentId?: string
}

/**
 * The gateway's job machine. `attempt` counts tries that were accepted or lost, `epoch` counts leases; every frame about a job
 * carries both, and one with an older epoch, or of another agent than the lease's, changes nothing. `settled` is the last epoch
 * whose outcome is known: an agent that is offered a later one and holds a run of an epoch in between goes on with that run.
 *
 * **queued** — waits for an agent of its place, not before `notBefore`. Left by `claim`, `cancel`, `supersede`, `tick` past the
 * queue deadline. Where a lease ran out without a word, its holder may still come back (`held`): until the next lease its
 * `accept`, `renew`, `end` and `wait` are as good as in time. Where that holder, or one that declined a later lease (`witness`) and did
 * not say that it had never begun it, may have begun what nobody else knows of, the `claim` of another agent ends the job, unless its
 * kind may be tried again after `job.lost`.
 *
 * **offered** — leased to an agent that has not answered. Left by `accept` and `renew`; by `decline` (back to the queue until the
 * queue deadline and `expired` after it, cancelled by the owner, failed, or `job.lost`: earlier leases of it will never be known);
 * by `tick` past the lease, which puts it back without using up the attempt. `offer again`, for a connection that comes back before
 * the queue deadline, is a new lease of the same attempt: what the old connection still decides is void then.
 * `cancel` asks the agent, whose answer ends it.
 *
 * **running** — journaled by the agent. Left by `end` or `wait`; by `tick` past the lease, which is a lost agent: the retry
 * policy of the kind decides; by `tick` past the run's deadline, for an agent that renews its lease and never ends the run it
 * was to stop by itself. `cancel` asks the agent and leaves the end to it. A job that was made at the site runs by the site's own
 * policy, maybe while nobody is connected: all that `tick` says of it is that its agent has been silent for `localSilenceMs`.
 *
 * **waiting** — for a child, without a lease and without a place among those that run. Left by `resume` when the child has
 * ended, which puts it back to the queue with the same attempt, and by `cancel`.
 *
 * **ended** — `succeeded`, `failed`, `cancelled` or `expired`; for good. An `end` that was heard may come again; one that comes after
 * the clock has ended the job is refused.
 */
export type Job = JobIdentity & {
  readonly attempt: number
  readonly epoch: number
  readonly settled: number
  /** Why the job is where it is, where that is worth telling: the last decline or failure. */
  readonly reason?: Reason
  /**
   * A lease ended without a word, or an earlier one with a change of the site: `none` can't be said of the job any more. Of one that was
   * made at the site: it was given up.
   */
  readonly touched?: true
  /** Leases after `settled` were of more than one agent: none of them can speak for all. */
  readonly scattered?: true
  /** What its runs cost so far, while it goes on; that of all is in its end. */
  readonly bill?: Bill
  /** What the next run is told of the child that the last one asked for. */
  readonly child?: ChildOutcome
} & (
    | {
        readonly state: 'queued'
        readonly notBefore: number
        readonly held?: { readonly agentId: string; readonly attempt: number }
        readonly witness?: string
      }
    | { readonly state: 'offered'; readonly lease: Lease; readonly cancelling: boolean }
    | { readonly state: 'running'; readonly lease: Lease; readonly startedAt: number; readonly cancelling: boolean }
    | { readonly state: 'waiting'; readonly childId: string }
    | { readonly state: 'succeeded' | 'failed' | 'cancelled' | 'expired'; readonly finishedAt: number; readonly end: JobEnd }
  )

/** A job that has ended for good. */
export type EndedJob = Job & { readonly state: 'succeeded' | 'failed' | 'cancelled' | 'expired' }

/** A job in one state. */
export type JobIn<State extends Job['state']> = Job & { readonly state: State }

/** Whether a job has ended for good. */
export function isEnded(job: Job): job is EndedJob {
  return job.state === 'succeeded' || job.state === 'failed' || job.state === 'cancelled' || job.state === 'expired'
}
