import fc from 'fast-check'
import type { Kind } from '@platen/protocol'
import { isEnded, type Job } from '../../src/domain/job.ts'
import type { JobEvent } from '../../src/domain/job-event.ts'
import { transition, type JobStep } from '../../src/domain/job-machine.ts'
import { moves, purge, type Happening } from './job-moves.ts'

/** A job that was just asked for, at time 0. */
export const fresh: Job & { state: 'queued' } = {
  id: 'job_1',
  accountId: 'acct_1',
  siteId: 'site_1',
  kind: purge.name,
  input: { everything: true, reason: 'a test' },
  origin: 'platform',
  createdAt: 0,
  queueDeadline: purge.deadlines.queueMs,
  attempt: 0,
  epoch: 0,
  settled: 0,
  state: 'queued',
  notBefore: 0,
}

/** One step of a job's life: before, what happened, and what came of it. */
export interface Moment extends JobStep {
  readonly before: Job
  readonly event: JobEvent
  readonly now: number
}

/**
 * Any life that a job of a kind can have. Most of what happens fits the state that the job is in by then, so that lives go far;
 * the rest is late, forged, or out of place.
 */
export function history(kind: Kind): fc.Arbitrary<Happening[]> {
  return fc.array(fc.record(moves), { maxLength: 40, size: 'max' }).map(drawn => {
    const happenings: Happening[] = []
    let job: Job = fresh
    let now = 0
    for (const each of drawn) {
      const happening = each[isEnded(job) ? 'ended' : job.state](job, now)
      happenings.push(happening)
      now += happening.afterMs
      job = at(job, happening.event, now, kind).job
    }
    return happenings
  })
}

/** What an event makes of a job at this time. */
export function at(job: Job, event: JobEvent, now: number, kind: Kind = purge): JobStep {
  return transition(job, event, { now, kind, random: 0.5 })
}

/** Every step of a life. */
export function live(happenings: readonly Happening[], kind: Kind = purge): Moment[] {
  let job: Job = fresh
  let now = 0
  return happenings.map(({ afterMs, event }) => {
    now += afterMs
    const before = job
    const step = at(before, event, now, kind)
    job = step.job
    return { ...step, before, event, now }
  })
}

/** The job after the last step. */
export function last(moments: readonly Moment[]): Job {
  return moments.at(-1)?.job ?? fresh
}
