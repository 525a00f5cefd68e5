import fc from 'fast-check'
import { transition, type Run, type RunEnd, type RunEvent, type RunStep } from '../../src/domain/run.ts'

/** A job of the platform that was just taken. */
export const taken: Run & { state: 'accepted' } = {
  jobId: 'job_1',
  kind: 'cache.purge',
  input: {},
  origin: 'platform',
  attempt: 1,
  epoch: 1,
  runMs: 1_000,
  createdAt: 1,
  child: { jobId: 'job_2', state: 'succeeded' },
  state: 'accepted',
}

/** One step of a run's life: before, what happened, and what came of it. */
export interface Moment extends RunStep {
  readonly before: Run
  readonly event: RunEvent
}

/** Something that may come next, by what the run is by then. */
type Move = (run: Run) => RunEvent

const at = fc.nat({ max: 1_000 })
const effect = fc.constantFrom('none' as const, 'applied' as const, 'partial' as const, 'unknown' as const)
const end: fc.Arbitrary<RunEnd> = fc.oneof(
  fc.record({ outcome: fc.constantFrom('succeeded' as const, 'failed' as const, 'cancelled' as const), effect }),
  fc.record({ outcome: fc.constant('waiting' as const), effect, child: fc.constant({ kind: 'health.report', input: {} }) }),
)
const plain = (event: fc.Arbitrary<RunEvent>): fc.Arbitrary<Move> => event.map(drawn => () => drawn)
const timed = (type: 'start' | 'cancel' | 'restart'): fc.Arbitrary<Move> => plain(at.map(time => ({ type, at: time })))

const start = timed('start')
const cancel = timed('cancel')
const restart = timed('restart')
const finish = plain(fc.record({ type: fc.constant('end' as const), at, end }))
const stepKind = fc.constantFrom('idempotent', 'idempotent', 'journaled transaction', 'not repeatable', 'of a newer build')
const step = plain(fc.record({ type: fc.constant('step' as const), name: fc.constantFrom('write', 'purge'), kind: stepKind }))
/** Leases come newer, mostly; the same and older ones come late or are forged. */
const by = fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 1, max: 3 }) }, { weight: 2, arbitrary: fc.integer({ min: -3, max: 0 }) })
const adopt: fc.Arbitrary<Move> = fc.record({ attempt: fc.integer({ min: 1, max: 3 }), by }).map(({ attempt, by }) => ({ epoch }) => ({
  type: 'adopt',
  attempt,
  epoch: Math.max(0, epoch + by),
}))

const anything = fc.oneof(start, cancel, restart, finish, step, adopt)
const moves: Readonly<Record<Run['state'], fc.Arbitrary<Move>>> = {
  accepted: fc.oneof(
    { weight: 6, arbitrary: start },
    { weight: 3, arbitrary: adopt },
    { weight: 2, arbitrary: restart },
    { weight: 1, arbitrary: fc.oneof(cancel, finish) },
    { weight: 2, arbitrary: anything },
  ),
  running: fc.oneof(
    { weight: 8, arbitrary: step },
    { weight: 3, arbitrary: adopt },
    { weight: 2, arbitrary: cancel },
    { weight: 2, arbitrary: finish },
    { weight: 1, arbitrary: restart },
    { weight: 2, arbitrary: anything },
  ),
  ended: fc.oneof({ weight: 2, arbitrary: adopt }, { weight: 1, arbitrary: anything }),
}

/**
 * Any life that a run can have. Most of what happens fits the state that the run is in by then, so that lives go far; the rest
 * is late, forged, or out of place.
 */
export const history: fc.Arbitrary<RunEvent[]> = fc.array(fc.record(moves), { maxLength: 20, size: 'max' }).map(drawn => {
  const events: RunEvent[] = []
  let run: Run = taken
  for (const each of drawn) {
    const event = each[run.state](run)
    events.push(event)
    run = transition(run, event).run
  }
  return events
})

/** Every step of a life. */
export function live(events: readonly RunEvent[]): Moment[] {
  let run: Run = taken
  return events.map(event => {
    const before = run
    const step = transition(before, event)
    run = step.run
    return { ...step, before, event }
  })
}

/** The run after the last step. */
export function last(moments: readonly Moment[]): Run {
  return moments.at(-1)?.run ?? taken
}
