import type { Kind } from '@platen/protocol'
import type { AgentEvent, JobEvent } from './job-event.ts'
import { expiry, lostRun } from './job-ends.ts'
import type { Effect, Job, JobEnd, JobIdentity, JobIn, Reason } from './job.ts'
import { backoffMs, isRetried } from './retry.ts'

/** What a transition may look at besides job and event. */
export interface Surroundings {
  readonly now: number
  readonly kind: Kind
  /** A number in [0, 1), for jitter. */
  readonly random: number
}

/** Given to an agent, under a new epoch. */
export function leased(job: JobIn<'queued'>, { agentId, leaseMs }: JobEvent & { type: 'claim' }, now: number): Job {
  const lease = { agentId, expiresAt: now + leaseMs }
  return { ...common(job), state: 'offered', epoch: job.epoch + 1, attempt: job.attempt + 1, lease, cancelling: false }
}

/** As it was when its holder fell silent: the holder is back before anyone else was given the job. */
export function takenUp(job: JobIn<'queued'>, { agentId, attempt }: NonNullable<JobIn<'queued'>['held']>): JobIn<'offered'> {
  return { ...common(job), attempt, state: 'offered', lease: { agentId, expiresAt: 0 }, cancelling: false }
}

/** Given back by an agent that has not begun it. */
export function declined(job: JobIn<'offered'>, { code, message, retryAfterMs }: AgentEvent & { type: 'decline' }, now: number): Job {
  const reason = { code, message }
  // It says nothing of the epochs before: where one of them fell silent, its run may still be in the agent's journal.
  const isKnown = job.settled === job.epoch - 1
  const known = isKnown ? { settled: job.epoch } : ({ touched: true } as const)
  const settled = { ...common(job), ...known, attempt: job.attempt - 1 }
  if (job.cancelling) return ended(settled, now, { outcome: 'cancelled', effect: 'none' })
  if (retryAfterMs !== undefined && now >= job.queueDeadline) return expired({ ...settled, reason }, now)
  if (retryAfterMs !== undefined) return { ...settled, reason, state: 'queued', notBefore: now + retryAfterMs }
  return ended(settled, now, { outcome: code === 'owner.vetoed' ? 'cancelled' : 'failed', effect: 'none', error: reason })
}

/** The lease of an offer ran out: an accept may be on the way, or the run may have begun. */
export function unanswered(job: JobIn<'offered'>, now: number): Job {
  if (job.cancelling) return ended(job, now, { outcome: 'cancelled', effect: 'unknown' })
  const touched = { ...common(job), touched: true } as const
  if (now >= job.queueDeadline) return expired(touched, now)
  const held = { agentId: job.lease.agentId, attempt: job.attempt }
  return { ...touched, attempt: job.attempt - 1, state: 'queued', notBefore: now, held }
}

/** Without an agent until its child has ended. */
export function waiting(job: JobIn<'offered' | 'running'>, { childId, effect }: AgentEvent & { type: 'wait' }, now: number): Job {
  const settled = { ...common(job), ...(effect === 'none' ? {} : ({ touched: true } as const)), settled: job.epoch }
  if (job.cancelling) return ended(settled, now, { outcome: 'cancelled', effect })
  return { ...settled, attempt: job.attempt - 1, state: 'waiting', childId }
}

/**
 * Ends the job, or puts it back where its kind's retry policy says that another try may help. One that somebody wants cancelled
 * is cancelled then: that it isn't tried again is what was asked for.
 */
export function endOrRetry(job: JobIn<'offered' | 'running'>, end: JobEnd, { now, kind: { retry }, random }: Surroundings): Job {
  const settled = { ...common(job), settled: job.epoch }
  if (!isRetried(retry, job.attempt, end)) return ended(settled, now, end)
  if (job.cancelling) {
    const { error: _again, ...cancelled } = end
    return ended(settled, now, { ...cancelled, outcome: 'cancelled' })
  }
  const touched = end.effect === 'none' ? settled : ({ ...settled, touched: true } as const)
  return requeued(touched, now + backoffMs(job.attempt, retry, random), end.error)
}

/** A lost agent may come back with the truth as long as nobody else was given the job. */
export function lostOrRetry(job: JobIn<'running'>, { now, kind: { retry }, random }: Surroundings): Job {
  const again = !job.cancelling && retry.codes.includes('job.lost') && job.attempt < retry.attempts
  if (!again) return ended(job, now, lostRun)
  const held = { agentId: job.lease.agentId, attempt: job.attempt }
  return { ...requeued({ ...common(job), touched: true }, now + backoffMs(job.attempt, retry, random), lostRun.error), held }
}

/**
 * Its agent has lost the journal that knew of the leases before: what they did nobody will ever say, and no later lease has to
 * ask. Where the kind may be tried again after such a loss, it is.
 */
export function forgotten(job: JobIn<'offered'>, { now, kind: { retry }, random }: Surroundings): Job {
  const settled = { ...common(job), touched: true, settled: job.epoch } as const
  const again = !job.cancelling && retry.codes.includes('job.lost') && job.attempt < retry.attempts
  return again ? requeued(settled, now + backoffMs(job.attempt, retry, random), lostRun.error) : ended(settled, now, lostRun)
}

type Common = JobIdentity & Pick<Job, 'attempt' | 'epoch' | 'settled' | 'reason' | 'touched' | 'child'>

/** What a job is in every state. */
export function common(job: Common): Common {
  const { id, accountId, siteId, pool, kind, input, origin, createdAt, queueDeadline, coalesceKey, parentId, ...rest } = job
  const { attempt, epoch, settled, reason, touched, child } = rest
  const told = { ...(reason ? { reason } : {}), ...(touched ? { touched } : {}), ...(child ? { child } : {}) }
  const made = { ...(pool ? { pool } : {}), ...(coalesceKey ? { coalesceKey } : {}), ...(parentId ? { parentId } : {}) }
  return { id, accountId, siteId, kind, input, origin, createdAt, queueDeadline, attempt, epoch, settled, ...made, ...told }
}

/** Back in the queue, not to start before a time. */
function requeued(job: Common, notBefore: number, reason?: Reason): JobIn<'queued'> {
  return { ...common(job), state: 'queued', notBefore, ...(reason ? { reason } : {}) }
}

/** Ended for good. */
export function ended(job: Common, finishedAt: number, end: JobEnd): Job {
  return { ...common(job), state: end.outcome, finishedAt, end: { ...end, effect: effectOf(job, end) } }
}

/** Ended because nobody started it in time. */
export function expired(job: Common, finishedAt: number): Job {
  return { ...common(job), state: 'expired', finishedAt, end: { ...expiry, effect: effectOf(job, expiry) } }
}

/** What all attempts together did to the site. */
function effectOf({ touched }: Pick<Job, 'touched'>, { effect }: JobEnd): Effect {
  return touched && effect === 'none' ? 'unknown' : effect
}
