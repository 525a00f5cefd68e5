import fc from 'fast-check'
import { kinds, type Kind } from '@platen/protocol'
import type { Job } from '../../src/domain/job.ts'
import type { JobEvent } from '../../src/domain/job-event.ts'
import { transition, type JobStep } from '../../src/domain/job-machine.ts'

/** A kind that is tried three times, and a result that is worth another try. */
export const purge: Kind = kinds.find(({ name }) => name === 'cache.purge') as Kind
const retryable = 'php.unavailable'

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

/** One event, and how long it took to come. */
export interface Happening {
  readonly afterMs: number
  readonly event: JobEvent
}

/** One step of a job's life: before, what happened, and what came of it. */
export interface Moment extends JobStep {
  readonly before: Job
  readonly event: JobEvent
  readonly now: number
}

const fence = {
  epoch: fc.nat({ max: 5 }),
  agentId: fc.oneof({ weight: 6, arbitrary: fc.constant('agent_1') }, { weight: 1, arbitrary: fc.constant('agent_2') }),
}
const leaseMs = fc.integer({ min: 1, max: 90_000 })
const effect = fc.constantFrom('none' as const, 'applied' as const, 'partial' as const, 'unknown' as const)
const end = fc.record({
  outcome: fc.constantFrom('succeeded' as const, 'failed' as const, 'cancelled' as const),
  effect,
  error: fc.constantFrom({ code: retryable, message: 'no PHP' } as const, { code: 'policy.denied', message: 'no' } as const),
})
const decline = fc.record(
  {
    type: fc.constant('decline' as const),
    ...fence,
    code: fc.constantFrom('agent.busy' as const, 'owner.vetoed' as const, 'job.lost' as const),
    message: fc.constant('busy'),
    retryAfterMs: fc.nat({ max: 60_000 }),
  },
  { requiredKeys: ['type', 'epoch', 'agentId', 'code', 'message'] },
)
const child = { jobId: 'job_2', state: 'succeeded' } as const
const event: fc.Arbitrary<JobEvent> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('claim' as const), agentId: fence.agentId, leaseMs }) },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constantFrom('accept' as const, 'renew' as const, 'offer again' as const), ...fence, leaseMs }),
  },
  { weight: 2, arbitrary: decline },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('end' as const), ...fence, end }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('wait' as const), ...fence, childId: fc.constant(child.jobId), effect }) },
  { weight: 1, arbitrary: fc.constant({ type: 'resume' as const, child }) },
  { weight: 1, arbitrary: fc.constantFrom({ type: 'cancel' as const }, { type: 'supersede' as const, by: 'job_3' }) },
  { weight: 3, arbitrary: fc.constant({ type: 'tick' as const }) },
)
const pause = fc.oneof({ weight: 6, arbitrary: fc.nat({ max: 60_000 }) }, { weight: 1, arbitrary: fc.nat({ max: 25 * 3_600_000 }) })

/** Any life that a job can have: agents and clocks say whatever they like, in any order. */
export const history: fc.Arbitrary<Happening[]> = fc.array(fc.record({ afterMs: pause, event }), { maxLength: 40 })

/** Every step of a life. */
export function live(happenings: readonly Happening[], start: Job = fresh, from: number = 0): Moment[] {
  let job = start
  let now = from
  return happenings.map(({ afterMs, event }) => {
    now += afterMs
    const before = job
    const step = transition(before, event, { now, kind: purge, random: 0.5 })
    job = step.job
    return { ...step, before, event, now }
  })
}

/** The job after the last step. */
export function last(moments: readonly Moment[]): Job {
  return moments.at(-1)?.job ?? fresh
}
