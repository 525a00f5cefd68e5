import fc from 'fast-check'
import { kinds, type Kind } from '@platen/protocol'
import { runDeadline } from '../../src/domain/due.ts'
import type { EndedJob, Job } from '../../src/domain/job.ts'
import type { AgentEvent, JobEvent } from '../../src/domain/job-event.ts'

/** A kind that is tried three times. */
export const purge: Kind = kinds.find(({ name }) => name === 'cache.purge') as Kind

/** The same, if doing it twice were wrong: it is tried again after nothing that may have happened. */
export const once: Kind = { ...purge, retry: { ...purge.retry, codes: [] } }

/** One event, and how long it took to come. */
export interface Happening {
  readonly afterMs: number
  readonly event: JobEvent
}

/** Something that may come next, by what the job is by then. */
export type Move = (job: Job, now: number) => Happening

/** What is said, whoever says it. */
type Words = AgentEvent extends infer Event ? (Event extends AgentEvent ? Omit<Event, keyof ReturnType<Speaker>> : never) : never

/** Who says something: the holder of the job's present lease, mostly; or one whose word is late, forged or another's. */
type Speaker = (job: Job) => { readonly epoch: number; readonly agentId: string }

const holderOf = (job: Job): string => ('lease' in job ? job.lease.agentId : (job.state === 'queued' && job.held?.agentId) || 'agent_1')
const holder: Speaker = job => ({ epoch: job.epoch, agentId: holderOf(job) })
const elsewhere: Speaker = job => ({ epoch: job.epoch, agentId: holderOf(job) === 'agent_1' ? 'agent_2' : 'agent_1' })
const inEpoch =
  (by: number): Speaker =>
  job => ({ ...holder(job), epoch: Math.max(0, job.epoch + by) })
const stranger: fc.Arbitrary<Speaker> = fc.oneof(
  fc.constant(elsewhere),
  fc.integer({ min: -3, max: -1 }).map(inEpoch),
  fc.integer({ min: 1, max: 2 }).map(inEpoch),
)
const speaker: fc.Arbitrary<Speaker> = fc.oneof({ weight: 9, arbitrary: fc.constant(holder) }, { weight: 1, arbitrary: stranger })

const leaseMs = fc.integer({ min: 1, max: 90_000 })
const pause = fc.nat({ max: 1_000 })
const effect = fc.constantFrom('none' as const, 'none' as const, 'applied' as const, 'partial' as const, 'unknown' as const)
const measure = fc.nat({ max: 99 })
const bill = fc.record({
  cpuMs: measure,
  peakRssBytes: measure,
  wallMs: measure,
  readBytes: measure,
  writtenBytes: measure,
  savedBytes: measure,
})
const billed: { requiredKeys: ('outcome' | 'effect' | 'error')[] } = { requiredKeys: ['outcome', 'effect', 'error'] }
const noPhp = { code: 'php.unavailable', message: 'no PHP' } as const
const end = fc.oneof(
  { weight: 3, arbitrary: fc.record({ outcome: fc.constant('failed' as const), effect, error: fc.constant(noPhp), bill }, billed) },
  {
    weight: 1,
    arbitrary: fc.record(
      {
        outcome: fc.constantFrom('succeeded' as const, 'failed' as const, 'cancelled' as const),
        effect,
        error: fc.constant({ code: 'policy.denied', message: 'no' } as const),
        bill,
      },
      billed,
    ),
  },
)
const answer = fc.record(
  {
    type: fc.constant('decline' as const),
    code: fc.constantFrom('agent.busy' as const, 'agent.busy' as const, 'owner.vetoed' as const, 'job.lost' as const),
    message: fc.constant('busy'),
    retryAfterMs: fc.nat({ max: 60_000 }),
    unbegun: fc.constant(true as const),
  },
  { requiredKeys: ['type', 'code', 'message'] },
)

/** These words, said by somebody a moment later. */
function said(words: fc.Arbitrary<Words>, by = speaker): fc.Arbitrary<Move> {
  const drawn = fc.record({ words, by, afterMs: pause })
  return drawn.map(({ words, by, afterMs }) => job => ({ afterMs, event: { ...words, ...by(job) } as AgentEvent }))
}

function leasing(type: 'accept' | 'renew' | 'offer again', by?: fc.Arbitrary<Speaker>): fc.Arbitrary<Move> {
  return said(fc.record({ type: fc.constant(type), leaseMs }), by)
}

/** Whatever anyone but the clock may say. */
const say = (by?: fc.Arbitrary<Speaker>) => ({
  accept: leasing('accept', by),
  renew: leasing('renew', by),
  'offer again': leasing('offer again', by),
  decline: said(answer, by),
  end: said(fc.record({ type: fc.constant('end' as const), end }), by),
  wait: said(
    fc.record(
      { type: fc.constant('wait' as const), childId: fc.constantFrom('job_2', 'job_3'), effect, bill },
      { requiredKeys: ['type', 'childId', 'effect'] },
    ),
    by,
  ),
})

const claim: fc.Arbitrary<Move> = fc
  .record({ agentId: fc.constantFrom('agent_1', 'agent_1', 'agent_2'), leaseMs, afterMs: pause, early: fc.nat({ max: 9 }) })
  .map(({ early, afterMs, ...members }) => (job, now) => {
    const restMs = job.state === 'queued' && early > 0 ? Math.max(0, job.notBefore - now) : 0
    return { afterMs: restMs + afterMs, event: { type: 'claim', ...members } }
  })
const resume: fc.Arbitrary<Move> = fc.record({ afterMs: pause, other: fc.nat({ max: 9 }) }).map(({ afterMs, other }) => job => {
  const jobId = job.state === 'waiting' && other > 0 ? job.childId : 'job_9'
  return { afterMs, event: { type: 'resume', child: { jobId, state: 'succeeded' } } }
})
const asked = (event: JobEvent): fc.Arbitrary<Move> => pause.map(afterMs => () => ({ afterMs, event }))
const cancel = asked({ type: 'cancel' })
const supersede = asked({ type: 'supersede', by: 'job_8' })

/** The clock looks when something is due, or a moment before. */
const tick = (dueAt: (job: Job) => number): fc.Arbitrary<Move> =>
  fc
    .integer({ min: -1, max: 3 })
    .map(lateMs => (job, now) => ({ afterMs: Math.max(0, dueAt(job) - now + lateMs), event: { type: 'tick' } }))
const leaseOver = tick(job => ('lease' in job ? job.lease.expiresAt : 0))
const runOver = tick(job => (job.state === 'running' ? runDeadline(job, purge) : 0))
const queueOver = tick(job => job.queueDeadline)

const ours = say()
const theirs = say(stranger)
const anything = fc.oneof(...Object.values(ours), ...Object.values(theirs), claim, resume, cancel, supersede, leaseOver)

/** What each state mostly meets: what it knows. Out of place is one in eight. */
const mostly = (...known: readonly fc.WeightedArbitrary<Move>[]): fc.Arbitrary<Move> => {
  const weight = known.reduce((sum, { weight }) => sum + weight, 0)
  return fc.oneof(...known.map(each => ({ ...each, weight: each.weight * 7 })), { weight, arbitrary: anything })
}
/** The move that a state is left by, or met with. */
export const moves: Readonly<Record<Exclude<Job['state'], EndedJob['state']> | 'ended', fc.Arbitrary<Move>>> = {
  queued: mostly(
    { weight: 20, arbitrary: claim },
    { weight: 4, arbitrary: fc.oneof(ours.accept, ours.renew, ours.end, ours.wait) },
    { weight: 1, arbitrary: fc.oneof(cancel, supersede, queueOver) },
  ),
  offered: mostly(
    { weight: 10, arbitrary: ours.accept },
    { weight: 4, arbitrary: fc.oneof(ours.renew, ours.end, ours.wait) },
    { weight: 3, arbitrary: ours['offer again'] },
    { weight: 3, arbitrary: ours.decline },
    { weight: 3, arbitrary: leaseOver },
    { weight: 1, arbitrary: fc.oneof(cancel, queueOver) },
  ),
  running: mostly(
    { weight: 6, arbitrary: ours.renew },
    { weight: 4, arbitrary: ours.end },
    { weight: 4, arbitrary: ours.wait },
    { weight: 3, arbitrary: leaseOver },
    { weight: 1, arbitrary: fc.oneof(ours.accept, cancel, runOver) },
  ),
  waiting: mostly(
    { weight: 10, arbitrary: resume },
    { weight: 2, arbitrary: fc.oneof(ours.wait, cancel, queueOver) },
    { weight: 2, arbitrary: anything },
  ),
  ended: mostly({ weight: 1, arbitrary: fc.oneof(...Object.values(ours), claim, resume, cancel, supersede, queueOver) }),
}
