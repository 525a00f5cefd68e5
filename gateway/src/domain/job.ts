import type { ErrorCode, Kind } from '@platen/protocol'

/** Who asked for a job: the platform over the API, or somebody at the site. */
export type Origin = 'platform' | 'owner' | 'event' | 'root'

/** Whether the site was changed. */
export type Effect = 'none' | 'applied' | 'partial' | 'unknown'

/** How a job ended, as the agent says it. */
export interface JobEnd {
  readonly outcome: 'succeeded' | 'failed' | 'cancelled'
  readonly effect: Effect
  readonly result?: unknown
  readonly error?: { readonly code: ErrorCode; readonly message: string }
  readonly bill?: { readonly cpuMs: number; readonly peakRssBytes: number; readonly wallMs: number }
}

/** A lease: one agent's right to carry out one attempt, until it runs out. */
export interface Lease {
  readonly agentId: string
  readonly expiresAt: number
}

/** What a job is, from its creation on. Times in ms since the epoch. */
export interface JobIdentity {
  readonly id: string
  readonly accountId: string
  readonly siteId: string
  readonly kind: string
  readonly input: unknown
  readonly origin: Origin
  readonly createdAt: number
  /** Not started by then: `expired`. */
  readonly queueDeadline: number
}

/**
 * The gateway's job machine. `attempt` counts tries that were accepted or lost, `epoch` counts leases; every frame about a job
 * carries both, and one with an older epoch changes nothing.
 *
 * **queued** — waits for its site's agent, not before `notBefore`. Left by `claim`, `cancel`, `tick` past the queue deadline.
 *
 * **offered** — leased to an agent that has not answered. Left by `accept`; by `decline` (back to the queue, or failed); by
 * `cancel`, with effect `unknown`, since its accept may be on the way; by `tick` past the lease, which puts it back without
 * using up the attempt.
 *
 * **running** — journaled by the agent. Left by `end` of the same epoch; by `tick` past the lease, which is a lost agent: the
 * retry policy of the kind decides; by `tick` past the run's deadline, for an agent that renews its lease and never ends the
 * run it was to stop by itself. `cancel` asks the agent and leaves the end to it.
 *
 * **ended** — `succeeded`, `failed`, `cancelled` or `expired`; for good.
 */
export type Job = JobIdentity & {
  readonly attempt: number
  readonly epoch: number
  /** Why the job is where it is, where that is worth telling: the last decline or failure. */
  readonly reason?: { readonly code: ErrorCode; readonly message: string }
  /** An earlier lease ended without a word, or with a change of the site: `none` can't be said of the job any more. */
  readonly touched?: true
} & (
    | { readonly state: 'queued'; readonly notBefore: number }
    | { readonly state: 'offered'; readonly lease: Lease }
    | { readonly state: 'running'; readonly lease: Lease; readonly startedAt: number; readonly cancelling: boolean }
    | { readonly state: 'succeeded' | 'failed' | 'cancelled' | 'expired'; readonly finishedAt: number; readonly end: JobEnd }
  )

/** What can happen to a job. */
export type JobEvent =
  | { readonly type: 'claim'; readonly agentId: string; readonly leaseMs: number }
  | { readonly type: 'accept'; readonly epoch: number; readonly leaseMs: number }
  | { readonly type: 'decline'; readonly epoch: number; readonly code: ErrorCode; readonly message: string; readonly retryAfterMs?: number }
  | { readonly type: 'renew'; readonly epoch: number; readonly leaseMs: number }
  | { readonly type: 'end'; readonly epoch: number; readonly end: JobEnd }
  | { readonly type: 'cancel' }
  | { readonly type: 'tick' }

/** The next state, whether the event was of the present epoch, and what the owner of the machine has to do. */
export interface JobStep {
  readonly job: Job
  readonly accepted: boolean
  readonly effects: readonly 'tell agent to cancel'[]
}

/** What a transition may look at besides job and event. */
export interface Surroundings {
  readonly now: number
  readonly kind: Kind
  /** A number in [0, 1), for jitter. */
  readonly random: number
}

/** The next state of a job. An event that the state does not know, or of an older epoch, changes nothing. */
export function transition(job: Job, event: JobEvent, around: Surroundings): JobStep {
  switch (job.state) {
    case 'queued':
      return fromQueued(job, event, around)
    case 'offered':
      return fromOffered(job, event, around)
    case 'running':
      return fromRunning(job, event, around)
    case 'succeeded':
    case 'failed':
    case 'cancelled':
    case 'expired':
      // A result that comes twice is answered like the first one: its sender only wants to forget it.
      return { job, accepted: event.type === 'end' && event.epoch === job.epoch, effects: [] }
  }
}

function fromQueued(job: Job & { state: 'queued' }, event: JobEvent, { now }: Surroundings): JobStep {
  switch (event.type) {
    case 'claim': {
      if (job.notBefore > now) return unchanged(job)
      const { notBefore: _, ...rest } = job
      return next({
        ...rest,
        state: 'offered',
        epoch: job.epoch + 1,
        attempt: job.attempt + 1,
        lease: { agentId: event.agentId, expiresAt: now + event.leaseMs },
      })
    }
    case 'cancel':
      return next(ended(job, now, { outcome: 'cancelled', effect: 'none' }))
    case 'tick':
      return now >= job.queueDeadline ? next(expired(job, now)) : unchanged(job)
    case 'accept':
    case 'decline':
    case 'renew':
    case 'end':
      return unchanged(job)
  }
}

function fromOffered(job: Job & { state: 'offered' }, event: JobEvent, around: Surroundings): JobStep {
  const { now } = around
  switch (event.type) {
    case 'accept':
      if (event.epoch !== job.epoch) return unchanged(job)
      return next({ ...job, state: 'running', startedAt: now, cancelling: false, lease: { ...job.lease, expiresAt: now + event.leaseMs } })
    case 'decline': {
      if (event.epoch !== job.epoch) return unchanged(job)
      const reason = { code: event.code, message: event.message }
      if (event.retryAfterMs === undefined) return next(ended(job, now, { outcome: 'failed', effect: 'none', error: reason }))
      return next(requeued({ ...job, attempt: job.attempt - 1 }, now + event.retryAfterMs, reason))
    }
    case 'end':
      // The accept was lost on the way; the result says more.
      return event.epoch === job.epoch ? endOrRetry(job, event.end, around) : unchanged(job)
    case 'cancel':
      return { ...next(ended(job, now, { outcome: 'cancelled', effect: 'unknown' })), effects: ['tell agent to cancel'] }
    case 'tick':
      // Its accept may be on the way.
      if (now >= job.queueDeadline) return next(expired({ ...job, touched: true }, now))
      return now >= job.lease.expiresAt ? next(requeued({ ...job, attempt: job.attempt - 1, touched: true }, now)) : unchanged(job)
    case 'renew':
    case 'claim':
      return unchanged(job)
  }
}

function fromRunning(job: Job & { state: 'running' }, event: JobEvent, around: Surroundings): JobStep {
  const { now } = around
  switch (event.type) {
    case 'renew':
      if (event.epoch !== job.epoch) return unchanged(job)
      return next({ ...job, lease: { ...job.lease, expiresAt: now + event.leaseMs } })
    case 'end':
      return event.epoch === job.epoch ? endOrRetry(job, event.end, around) : unchanged(job)
    case 'cancel':
      return { job: { ...job, cancelling: true }, accepted: true, effects: ['tell agent to cancel'] }
    case 'tick':
      if (now >= runDeadline(job, around.kind)) return { ...next(ended(job, now, overran)), effects: ['tell agent to cancel'] }
      return now >= job.lease.expiresAt ? endOrRetry(job, lost, around) : unchanged(job)
    case 'accept':
      return { job, accepted: event.epoch === job.epoch, effects: [] }
    case 'claim':
    case 'decline':
      return unchanged(job)
  }
}

const lost: JobEnd = {
  outcome: 'failed',
  effect: 'unknown',
  error: { code: 'job.lost', message: 'The agent was lost while it ran the job.' },
}

const overran: JobEnd = {
  outcome: 'failed',
  effect: 'unknown',
  error: { code: 'job.deadline', message: 'The job ran longer than its deadline, and its agent did not end it.' },
}

/** What an agent is given beyond the run's deadline to end it by itself and to say so. */
const runGraceMs = 120_000

/** When a run is given up. */
export function runDeadline({ startedAt }: { readonly startedAt: number }, { deadlines }: Pick<Kind, 'deadlines'>): number {
  return startedAt + deadlines.runMs + runGraceMs
}

/** Ends the job, or puts it back where its kind's retry policy says that another try may help. */
function endOrRetry(job: Job & { state: 'offered' | 'running' }, end: JobEnd, around: Surroundings): JobStep {
  const { retry } = around.kind
  const cancelling = job.state === 'running' && job.cancelling
  const again =
    end.outcome === 'failed' &&
    end.error !== undefined &&
    retry.codes.includes(end.error.code) &&
    job.attempt < retry.attempts &&
    !cancelling
  if (!again) return next(ended(job, around.now, end))
  const touched = end.effect === 'none' ? job : ({ ...job, touched: true } as const)
  return next(requeued(touched, around.now + backoffMs(job.attempt, retry, around.random), end.error))
}

/** Full jitter: anything between nothing and a window that doubles with each attempt, up to the cap. */
export function backoffMs(attempt: number, bounds: { readonly firstMs: number; readonly capMs: number }, random: number): number {
  return Math.round(random * Math.min(bounds.capMs, bounds.firstMs * 2 ** (attempt - 1)))
}

/** Whether a job has ended for good. */
export function isEnded(job: Job): job is Job & { state: 'succeeded' | 'failed' | 'cancelled' | 'expired' } {
  return job.state === 'succeeded' || job.state === 'failed' || job.state === 'cancelled' || job.state === 'expired'
}

type Common = JobIdentity & Pick<Job, 'attempt' | 'epoch' | 'reason' | 'touched'>

function common(job: Job): Common {
  const { id, accountId, siteId, kind, input, origin, createdAt, queueDeadline, attempt, epoch, reason, touched } = job
  const told = { ...(reason ? { reason } : {}), ...(touched ? { touched } : {}) }
  return { id, accountId, siteId, kind, input, origin, createdAt, queueDeadline, attempt, epoch, ...told }
}

function requeued(job: Job, notBefore: number, reason?: Job['reason']): Job {
  return { ...common(job), state: 'queued', notBefore, ...(reason ? { reason } : {}) }
}

function ended(job: Job, finishedAt: number, end: JobEnd): Job {
  return { ...common(job), state: end.outcome, finishedAt, end: { ...end, effect: effectOf(job, end) } }
}

function expired(job: Job, finishedAt: number): Job {
  const error = { code: 'job.expired', message: 'The job was not started before its deadline.' } as const
  const end = { outcome: 'failed', effect: 'none', error } as const
  return { ...common(job), state: 'expired', finishedAt, end: { ...end, effect: effectOf(job, end) } }
}

/** What all attempts together did to the site. */
function effectOf({ touched }: Pick<Job, 'touched'>, { effect }: JobEnd): Effect {
  return touched && effect === 'none' ? 'unknown' : effect
}

function next(job: Job): JobStep {
  return { job, accepted: true, effects: [] }
}

function unchanged(job: Job): JobStep {
  return { job, accepted: false, effects: [] }
}
