import type { Kind } from '@platen/protocol'
import { billed, common, type Common } from './job-common.ts'
import { ended, expired, lostRun } from './job-ends.ts'
import type { AgentEvent, JobEvent } from './job-event.ts'
import type { Job, JobEnd, JobIn, Reason } from './job.ts'
import { backoffMs, isRetried } from './retry.ts'

/** What a transition may look at besides job and event. */
export interface Surroundings {
  readonly now: number
  readonly kind: Kind
  /** A number in [0, 1), for jitter. */
  readonly random: number
}

/**
 * Given to an agent, under a new epoch. What was done under those before that fell silent is in one agent's journal at most:
 * that agent is asked by the new lease itself, and goes on with its run. Another one can't be, so it is given no job that must
 * not be done twice.
 */
export function claimed(job: JobIn<'queued'>, { agentId, leaseMs }: JobEvent & { type: 'claim' }, { now, kind }: Surroundings): Job {
  const witness = job.held?.agentId ?? job.witness ?? agentId
  if (witness !== agentId && !kind.retry.codes.includes('job.lost')) return ended(job, now, lostRun)
  const lease = { agentId, expiresAt: now + leaseMs }
  const parted = witness === agentId ? {} : ({ scattered: true } as const)
  return { ...common(job), ...parted, state: 'offered', epoch: job.epoch + 1, attempt: job.attempt + 1, lease, cancelling: false }
}

/** As it was when its holder fell silent: the holder is back before anyone else was given the job. */
export function takenUp(job: JobIn<'queued'>, { agentId, attempt }: NonNullable<JobIn<'queued'>['held']>): JobIn<'offered'> {
  return { ...common(job), attempt, state: 'offered', lease: { agentId, expiresAt: 0 }, cancelling: false }
}

/** Given back by an agent that has not begun it. */
export function declined(job: JobIn<'offered'>, decline: AgentEvent & { type: 'decline' }, now: number): Job {
  const { code, message, retryAfterMs, unbegun = false } = decline
  const reason = { code, message }
  // Most of them say nothing of the epochs before: where one of those fell silent, its run may still be in the agent's journal.
  const isKnown = job.settled === job.epoch - 1 || (unbegun && !job.scattered)
  const known = isKnown ? { settled: job.epoch } : ({ touched: true } as const)
  const witness = isKnown ? {} : { witness: job.lease.agentId }
  const settled = { ...common(job), ...known, attempt: job.attempt - 1 }
  if (job.cancelling) return ended(settled, now, { outcome: 'cancelled', effect: 'none' })
  if (retryAfterMs !== undefined && now >= job.queueDeadline) return expired({ ...settled, reason }, now)
  if (retryAfterMs !== undefined) return { ...settled, reason, state: 'queued', notBefore: now + retryAfterMs, ...witness }
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
export function waiting(job: JobIn<'offered' | 'running'>, { childId, effect, bill }: AgentEvent & { type: 'wait' }, now: number): Job {
  const settled = { ...common(billed(job, bill)), ...(effect === 'none' ? {} : ({ touched: true } as const)), settled: job.epoch }
  if (job.cancelling) return ended(settled, now, { outcome: 'cancelled', effect })
  return { ...settled, attempt: job.attempt - 1, state: 'waiting', childId }
}

/**
 * Ends the job, or puts it back where its kind's retry policy says that another try may help. One that somebody wants cancelled
 * is cancelled then: that it isn't tried again is what was asked for.
 */
export function endOrRetry(job: JobIn<'offered' | 'running'>, end: JobEnd, around: Surroundings): Job {
  const { now, kind } = around
  const settled = { ...common(job), settled: job.epoch }
  if (!isRetried(kind.retry, job.attempt, end)) return ended(settled, now, end)
  if (job.cancelling) {
    const { error: _again, ...cancelled } = end
    return ended(settled, now, { ...cancelled, outcome: 'cancelled' })
  }
  const touched = end.effect === 'none' ? settled : ({ ...settled, touched: true } as const)
  return triedAgain(billed(touched, end.bill), around, end.error)
}

/** A lost agent may come back with the truth as long as nobody else was given the job. */
export function lostOrRetry(job: JobIn<'running'>, around: Surroundings): Job {
  if (!mayBeLost(job, around.kind)) return ended(job, around.now, lostRun)
  const held = { agentId: job.lease.agentId, attempt: job.attempt }
  return { ...triedAgain({ ...common(job), touched: true }, around, lostRun.error), held }
}

/**
 * Its agent has lost the journal that knew of the leases before: what they did nobody will ever say, and no later lease has to
 * ask. Where the kind may be tried again after such a loss, it is.
 */
export function forgotten(job: JobIn<'offered'>, around: Surroundings): Job {
  const settled = { ...common(job), touched: true, settled: job.epoch } as const
  return mayBeLost(job, around.kind) ? triedAgain(settled, around, lostRun.error) : ended(settled, around.now, lostRun)
}

/** Whether a run of which nobody will know may be followed by another one. */
function mayBeLost(job: JobIn<'offered' | 'running'>, { retry }: Kind): boolean {
  return !job.cancelling && retry.codes.includes('job.lost') && job.attempt < retry.attempts
}

/** Goes on, as a new run of the same attempt, with what became of its child. */
export function resumed(job: JobIn<'waiting'>, { child }: JobEvent & { type: 'resume' }, { now, kind }: Surroundings): Job {
  return requeued({ ...common(job), child }, now, kind)
}

/** Put back after a run, for another attempt. */
function triedAgain(job: Common, { now, kind, random }: Surroundings, reason: Reason | undefined): JobIn<'queued'> {
  return { ...requeued(job, now + backoffMs(job.attempt, kind.retry, random), kind), ...(reason ? { reason } : {}) }
}

/** Back in the queue, not to start before a time. It was started once: it has as long as then to be started again. */
function requeued(job: Common, notBefore: number, { deadlines }: Kind): JobIn<'queued'> {
  const queueDeadline = Math.max(job.queueDeadline, notBefore + deadlines.queueMs)
  return { ...common(job), queueDeadline, state: 'queued', notBefore }
}
