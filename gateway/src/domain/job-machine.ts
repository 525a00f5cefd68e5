import { runDeadline } from './due.ts'
import {
  claimed,
  declined,
  endOrRetry,
  forgotten,
  lostOrRetry,
  resumed,
  takenUp,
  unanswered,
  waiting,
  type Surroundings,
} from './job-changes.ts'
import { common } from './job-common.ts'
import { ended, expired, givenUp, overrun, superseded } from './job-ends.ts'
import type { AgentEvent, JobEvent } from './job-event.ts'
import type { Job, JobIn } from './job.ts'

/** What the owner of the machine has to do. */
export type JobEffect = 'tell agent to cancel' | 'cancel child'

/** The next state, whether the event was of the present epoch, and what the owner of the machine has to do. */
export interface JobStep {
  readonly job: Job
  readonly accepted: boolean
  readonly effects: readonly JobEffect[]
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
      return { job, accepted: event.type === 'end' && wasHeard(job, event), effects: [] }
  }
}

function fromQueued(job: JobIn<'queued'>, event: JobEvent, around: Surroundings): JobStep {
  const { now } = around
  switch (event.type) {
    case 'claim':
      return job.notBefore > now ? unchanged(job) : next(claimed(job, event, around))
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
      return { job, accepted: wasHeard(job, event) && (event.type === 'end' || event.type === 'wait'), effects: [] }
    case 'offer again':
    case 'decline':
    case 'resume':
      return unchanged(job)
  }
}

function fromOffered(job: JobIn<'offered'>, event: JobEvent, around: Surroundings): JobStep {
  const { now } = around
  switch (event.type) {
    case 'accept':
    case 'renew': {
      if (!isOfLease(job, event)) return unchanged(job)
      const lease = { ...job.lease, expiresAt: now + event.leaseMs }
      return next({ ...common(job), state: 'running', startedAt: now, cancelling: job.cancelling, lease })
    }
    case 'offer again':
      // An agent that keeps coming back would hold the job for ever: what is left of its lease has to do.
      if (!isOfLease(job, event) || now >= job.queueDeadline) return unchanged(job)
      return next({ ...job, epoch: job.epoch + 1, lease: { ...job.lease, expiresAt: now + event.leaseMs } })
    case 'decline':
      if (!isOfLease(job, event)) return unchanged(job)
      return event.code === 'job.lost' ? next(forgotten(job, around)) : next(declined(job, event, now))
    case 'end':
      // The accept was lost on the way; the result says more.
      return isOfLease(job, event) ? next(endOrRetry(job, event.end, around)) : unchanged(job)
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

function fromRunning(job: JobIn<'running'>, event: JobEvent, around: Surroundings): JobStep {
  const { now, kind } = around
  switch (event.type) {
    case 'renew':
      if (!isOfLease(job, event)) return unchanged(job)
      return next({ ...job, lease: { ...job.lease, expiresAt: now + event.leaseMs } })
    case 'end':
      return isOfLease(job, event) ? next(endOrRetry(job, event.end, around)) : unchanged(job)
    case 'wait':
      return isOfLease(job, event) ? next(waiting(job, event, now)) : unchanged(job)
    case 'cancel':
      return { job: { ...job, cancelling: true }, accepted: true, effects: ['tell agent to cancel'] }
    case 'tick':
      if (job.origin !== 'platform') return now >= job.lease.expiresAt ? next(givenUp(job, now)) : unchanged(job)
      if (now >= runDeadline(job, kind)) return { ...next(ended(job, now, overrun)), effects: ['tell agent to cancel'] }
      return now >= job.lease.expiresAt ? next(lostOrRetry(job, around)) : unchanged(job)
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

function fromWaiting(job: JobIn<'waiting'>, event: JobEvent, around: Surroundings): JobStep {
  switch (event.type) {
    case 'resume':
      return event.child.jobId === job.childId ? next(resumed(job, event, around)) : unchanged(job)
    case 'cancel':
      return { ...next(ended(job, around.now, { outcome: 'cancelled', effect: 'none' })), effects: ['cancel child'] }
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
function isOfLease(job: JobIn<'offered' | 'running'>, { epoch, agentId }: AgentEvent): boolean {
  return epoch === job.epoch && agentId === job.lease.agentId
}

/**
 * Whether it is of the last lease, of which was heard what became of it: said again, that is answered as it was then, since its sender
 * only wants to forget it. A job that ended without a word has no use for one that comes late, and its sender has to know.
 */
function wasHeard({ epoch, settled }: Job, event: AgentEvent): boolean {
  return event.epoch === epoch && settled === epoch && epoch > 0
}

function next(job: Job): JobStep {
  return { job, accepted: true, effects: [] }
}

function unchanged(job: Job): JobStep {
  return { job, accepted: false, effects: [] }
}
