import type { ErrorCode, Kind } from '@platen/protocol'
import { expiry, lostRun, overrun, superseded } from './job-ends.ts'
import { backoffMs, isRetried } from './retry.ts'

/** Who asked for a job: the platform over the API, or somebody at the site. */
export type Origin = 'platform' | 'owner' | 'event' | 'root'

/** Whether the site was changed. */
export type Effect = 'none' | 'applied' | 'partial' | 'unknown'

/** An error of the table with its words for people. */
export interface Reason {
  readonly code: ErrorCode
  readonly message: string
}

/** What a run cost, and what it saved. */
export interface Bill {
  readonly cpuMs: number
  readonly peakRssBytes: number
  readonly wallMs: number
  /** From and to disks. */
  readonly readBytes: number
  readonly writtenBytes: number
  readonly savedBytes: number
}

/** How a job ended. */
export interface JobEnd {
  readonly outcome: 'succeeded' | 'failed' | 'cancelled'
  readonly effect: Effect
  readonly result?: unknown
  readonly error?: Reason
  readonly bill?: Bill
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
  /** Not started by then: `expired`. */
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
 * `accept`, `renew`, `end` and `wait` are as good as in time.
 *
 * **offered** — leased to an agent that has not answered. Left by `accept` and `renew`; by `decline` (back to the queue,
 * cancelled by the owner, failed, or `job.lost`: earlier leases of it will never be known); by `tick` past the lease, which puts it back without using up the attempt. `offer again`,
 * for a connection that comes back, is a new lease of the same attempt: what the old connection still decides is void then.
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
 * **ended** — `succeeded`, `failed`, `cancelled` or `expired`; for good.
 */
export type Job = JobIdentity & {
  readonly attempt: number
  readonly epoch: number
  readonly settled: number
  /** Why the job is where it is, where that is worth telling: the last decline or failure. */
  readonly reason?: Reason
  /** An earlier lease ended without a word, or with a change of the site: `none` can't be said of the job any more. */
  readonly touched?: true
  /** What the next run is told of the child that the last one asked for. */
  readonly child?: ChildOutcome
} & (
    | { readonly state: 'queued'; readonly notBefore: number; readonly held?: { readonly agentId: string; readonly attempt: number } }
    | { readonly state: 'offered'; readonly lease: Lease; readonly cancelling: boolean }
    | { readonly state: 'running'; readonly lease: Lease; readonly startedAt: number; readonly cancelling: boolean }
    | { readonly state: 'waiting'; readonly childId: string }
    | { readonly state: 'succeeded' | 'failed' | 'cancelled' | 'expired'; readonly finishedAt: number; readonly end: JobEnd }
  )

/** A job that has ended for good. */
export type EndedJob = Job & { readonly state: 'succeeded' | 'failed' | 'cancelled' | 'expired' }

/** What an agent, or the connection to it, says of an attempt; `epoch` and `agentId` say which. */
export type AgentEvent = { readonly epoch: number; readonly agentId: string } & (
  | { readonly type: 'accept' | 'renew' | 'offer again'; readonly leaseMs: number }
  | ({ readonly type: 'decline'; readonly retryAfterMs?: number } & Reason)
  | { readonly type: 'end'; readonly end: JobEnd }
  | { readonly type: 'wait'; readonly childId: string; readonly effect: Effect }
)

/** What can happen to a job. */
export type JobEvent =
  | AgentEvent
  | { readonly type: 'claim'; readonly agentId: string; readonly leaseMs: number }
  | { readonly type: 'cancel' }
  | { readonly type: 'supersede'; readonly by: string }
  | { readonly type: 'resume'; readonly child: ChildOutcome }
  | { readonly type: 'tick' }

/** What the owner of the machine has to do. */
export type JobEffect = 'tell agent to cancel' | 'cancel child'

/** The next state, whether the event was of the present epoch, and what the owner of the machine has to do. */
export interface JobStep {
  readonly job: Job
  readonly accepted: boolean
  readonly effects: readonly JobEffect[]
}

/** What a transition may look at besides job and event. */
export interface Surroundings {
  readonly now: number
  readonly kind: Kind
  /** A number in [0, 1), for jitter. */
  readonly random: number
}

/** The next state of a job. An event that the state does not know, or of another lease, changes nothing. */
export function transition(job: Job, event: JobEvent, around: Surroundings): JobStep {
  switch (job.state) {
    case 'queued':
      return fromQueued(job, event, around)
    case 'offered':
      return fromOffered(job, event, around)
    case 'running':
      return fromRunning(job, event, around)
    case 'waiting':
      return fromWaiting(job, event, around)
    case 'succeeded':
    case 'failed':
    case 'cancelled':
    case 'expired':
      // A result that comes twice is answered like the first one: its sender only wants to forget it.
      return { job, accepted: event.type === 'end' && event.epoch === job.epoch, effects: [] }
  }
}

type In<State extends Job['state']> = Job & { readonly state: State }

function fromQueued(job: In<'queued'>, event: JobEvent, around: Surroundings): JobStep {
  const { now } = around
  switch (event.type) {
    case 'claim':
      return job.notBefore > now ? unchanged(job) : next(leased(job, event, now))
    case 'cancel':
      return { ...next(ended(job, now, { outcome: 'cancelled', effect: 'none' })), effects: job.held ? ['tell agent to cancel'] : [] }
    case 'supersede':
      return next(ended(job, now, superseded(event.by)))
    case 'tick':
      return now >= job.queueDeadline ? next(expired(job, now)) : unchanged(job)
    case 'accept':
    case 'renew':
    case 'end':
    case 'wait':
      if (event.epoch !== job.epoch) return unchanged(job)
      if (event.agentId === job.held?.agentId) return fromOffered(takenUp(job, job.held), event, around)
      // What was heard before is answered as it was then.
      return { job, accepted: event.epoch === job.settled && (event.type === 'end' || event.type === 'wait'), effects: [] }
    case 'offer again':
    case 'decline':
    case 'resume':
      return unchanged(job)
  }
}

function fromOffered(job: In<'offered'>, event: JobEvent, around: Surroundings): JobStep {
  const { now } = around
  switch (event.type) {
    case 'accept':
    case 'renew': {
      if (!isOfLease(job, event)) return unchanged(job)
      const lease = { ...job.lease, expiresAt: now + event.leaseMs }
      return next({ ...common(job), state: 'running', startedAt: now, cancelling: job.cancelling, lease })
    }
    case 'offer again':
      if (!isOfLease(job, event)) return unchanged(job)
      return next({ ...job, epoch: job.epoch + 1, lease: { ...job.lease, expiresAt: now + event.leaseMs } })
    case 'decline':
      if (!isOfLease(job, event)) return unchanged(job)
      return event.code === 'job.lost' ? forgotten(job, around) : next(declined(job, event, now))
    case 'end':
      // The accept was lost on the way; the result says more.
      return isOfLease(job, event) ? endOrRetry(job, event.end, around) : unchanged(job)
    case 'wait':
      return isOfLease(job, event) ? next(waiting(job, event, now)) : unchanged(job)
    case 'cancel':
      return { job: { ...job, cancelling: true }, accepted: true, effects: ['tell agent to cancel'] }
    case 'tick':
      return now >= job.lease.expiresAt ? next(unanswered(job, now)) : unchanged(job)
    case 'claim':
    case 'supersede':
    case 'resume':
      return unchanged(job)
  }
}

function fromRunning(job: In<'running'>, event: JobEvent, around: Surroundings): JobStep {
  const { now, kind } = around
  switch (event.type) {
    case 'renew':
      if (!isOfLease(job, event)) return unchanged(job)
      return next({ ...job, lease: { ...job.lease, expiresAt: now + event.leaseMs } })
    case 'end':
      return isOfLease(job, event) ? endOrRetry(job, event.end, around) : unchanged(job)
    case 'wait':
      return isOfLease(job, event) ? next(waiting(job, event, now)) : unchanged(job)
    case 'cancel':
      return { job: { ...job, cancelling: true }, accepted: true, effects: ['tell agent to cancel'] }
    case 'tick':
      if (job.origin !== 'platform') return now >= job.lease.expiresAt ? next(ended(job, now, lostRun)) : unchanged(job)
      if (now >= runDeadline(job, kind)) return { ...next(ended(job, now, overrun)), effects: ['tell agent to cancel'] }
      return now >= job.lease.expiresAt ? lostOrRetry(job, around) : unchanged(job)
    case 'accept':
      return { job, accepted: isOfLease(job, event), effects: [] }
    case 'claim':
    case 'offer again':
    case 'decline':
    case 'supersede':
    case 'resume':
      return unchanged(job)
  }
}

function fromWaiting(job: In<'waiting'>, event: JobEvent, { now }: Surroundings): JobStep {
  switch (event.type) {
    case 'resume':
      if (event.child.jobId !== job.childId) return unchanged(job)
      return next({ ...common(job), child: event.child, state: 'queued', notBefore: now })
    case 'cancel':
      return { ...next(ended(job, now, { outcome: 'cancelled', effect: 'none' })), effects: ['cancel child'] }
    case 'wait':
      return { job, accepted: event.epoch === job.settled, effects: [] }
    case 'claim':
    case 'accept':
    case 'offer again':
    case 'decline':
    case 'renew':
    case 'end':
    case 'supersede':
    case 'tick':
      return unchanged(job)
  }
}

/** Whether what an agent says is said by the holder of the present lease, of the present epoch. */
function isOfLease(job: In<'offered' | 'running'>, { epoch, agentId }: AgentEvent): boolean {
  return epoch === job.epoch && agentId === job.lease.agentId
}

function leased(job: In<'queued'>, { agentId, leaseMs }: JobEvent & { type: 'claim' }, now: number): Job {
  const lease = { agentId, expiresAt: now + leaseMs }
  return { ...common(job), state: 'offered', epoch: job.epoch + 1, attempt: job.attempt + 1, lease, cancelling: false }
}

/** As it was when its holder fell silent: the holder is back before anyone else was given the job. */
function takenUp(job: In<'queued'>, { agentId, attempt }: NonNullable<In<'queued'>['held']>): In<'offered'> {
  return { ...common(job), attempt, state: 'offered', lease: { agentId, expiresAt: 0 }, cancelling: false }
}

function declined(job: In<'offered'>, { code, message, retryAfterMs }: AgentEvent & { type: 'decline' }, now: number): Job {
  const reason = { code, message }
  // It says nothing of the epochs before: where one of them fell silent, its run may still be in the agent's journal.
  const isKnown = job.settled === job.epoch - 1
  const known = isKnown ? { settled: job.epoch } : ({ touched: true } as const)
  const settled = { ...common(job), ...known, attempt: job.attempt - 1 }
  if (job.cancelling) return ended(settled, now, { outcome: 'cancelled', effect: 'none' })
  if (retryAfterMs !== undefined) return { ...settled, reason, state: 'queued', notBefore: now + retryAfterMs }
  return ended(settled, now, { outcome: code === 'owner.vetoed' ? 'cancelled' : 'failed', effect: 'none', error: reason })
}

/** The lease of an offer ran out: an accept may be on the way, or the run may have begun. */
function unanswered(job: In<'offered'>, now: number): Job {
  if (job.cancelling) return ended(job, now, { outcome: 'cancelled', effect: 'unknown' })
  const touched = { ...common(job), touched: true } as const
  if (now >= job.queueDeadline) return expired(touched, now)
  const held = { agentId: job.lease.agentId, attempt: job.attempt }
  return { ...touched, attempt: job.attempt - 1, state: 'queued', notBefore: now, held }
}

function waiting(job: In<'offered' | 'running'>, { childId, effect }: AgentEvent & { type: 'wait' }, now: number): Job {
  const settled = { ...common(job), ...(effect === 'none' ? {} : ({ touched: true } as const)), settled: job.epoch }
  if (job.cancelling) return ended(settled, now, { outcome: 'cancelled', effect })
  return { ...settled, attempt: job.attempt - 1, state: 'waiting', childId }
}

/** How long an agent may keep the end of a job to itself that was made at its site: one that is away for longer has gone, or lost it. */
export const localSilenceMs: number = 30 * 86_400_000

/** What an agent is given beyond the run's deadline to end it by itself and to say so. */
const runGraceMs = 120_000

/** When a run is given up. */
export function runDeadline({ startedAt }: { readonly startedAt: number }, { deadlines }: Pick<Kind, 'deadlines'>): number {
  return startedAt + deadlines.runMs + runGraceMs
}

/**
 * Ends the job, or puts it back where its kind's retry policy says that another try may help. One that somebody wants cancelled
 * is cancelled then: that it isn't tried again is what was asked for.
 */
function endOrRetry(job: In<'offered' | 'running'>, end: JobEnd, { now, kind: { retry }, random }: Surroundings): JobStep {
  const settled = { ...common(job), settled: job.epoch }
  if (!isRetried(retry, job.attempt, end)) return next(ended(settled, now, end))
  if (job.cancelling) {
    const { error: _again, ...cancelled } = end
    return next(ended(settled, now, { ...cancelled, outcome: 'cancelled' }))
  }
  const touched = end.effect === 'none' ? settled : ({ ...settled, touched: true } as const)
  return next(requeued(touched, now + backoffMs(job.attempt, retry, random), end.error))
}

/** A lost agent may come back with the truth as long as nobody else was given the job. */
function lostOrRetry(job: In<'running'>, { now, kind: { retry }, random }: Surroundings): JobStep {
  const again = !job.cancelling && retry.codes.includes('job.lost') && job.attempt < retry.attempts
  if (!again) return next(ended(job, now, lostRun))
  const held = { agentId: job.lease.agentId, attempt: job.attempt }
  return next({ ...requeued({ ...common(job), touched: true }, now + backoffMs(job.attempt, retry, random), lostRun.error), held })
}

/**
 * Its agent has lost the journal that knew of the leases before: what they did nobody will ever say, and no later lease has to
 * ask. Where the kind may be tried again after such a loss, it is.
 */
function forgotten(job: In<'offered'>, { now, kind: { retry }, random }: Surroundings): JobStep {
  const settled = { ...common(job), touched: true, settled: job.epoch } as const
  const again = !job.cancelling && retry.codes.includes('job.lost') && job.attempt < retry.attempts
  return next(again ? requeued(settled, now + backoffMs(job.attempt, retry, random), lostRun.error) : ended(settled, now, lostRun))
}

/** Whether a job has ended for good. */
export function isEnded(job: Job): job is EndedJob {
  return job.state === 'succeeded' || job.state === 'failed' || job.state === 'cancelled' || job.state === 'expired'
}

type Common = JobIdentity & Pick<Job, 'attempt' | 'epoch' | 'settled' | 'reason' | 'touched' | 'child'>

/** What a job is in every state. */
function common(job: Common): Common {
  const { id, accountId, siteId, pool, kind, input, origin, createdAt, queueDeadline, coalesceKey, parentId, ...rest } = job
  const { attempt, epoch, settled, reason, touched, child } = rest
  const told = { ...(reason ? { reason } : {}), ...(touched ? { touched } : {}), ...(child ? { child } : {}) }
  const made = { ...(pool ? { pool } : {}), ...(coalesceKey ? { coalesceKey } : {}), ...(parentId ? { parentId } : {}) }
  return { id, accountId, siteId, kind, input, origin, createdAt, queueDeadline, attempt, epoch, settled, ...made, ...told }
}

function requeued(job: Common, notBefore: number, reason?: Reason): In<'queued'> {
  return { ...common(job), state: 'queued', notBefore, ...(reason ? { reason } : {}) }
}

function ended(job: Common, finishedAt: number, end: JobEnd): Job {
  return { ...common(job), state: end.outcome, finishedAt, end: { ...end, effect: effectOf(job, end) } }
}

function expired(job: Common, finishedAt: number): Job {
  return { ...common(job), state: 'expired', finishedAt, end: { ...expiry, effect: effectOf(job, expiry) } }
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
