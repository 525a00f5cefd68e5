import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { transition, type Run, type RunEvent } from '../../src/domain/run.ts'

const accepted: Run = {
  jobId: 'job_1',
  kind: 'cache.purge',
  input: {},
  origin: 'owner',
  attempt: 0,
  epoch: 0,
  runMs: 1_000,
  createdAt: 1,
  state: 'accepted',
}

const event: fc.Arbitrary<RunEvent> = fc.oneof(
  fc.record({ type: fc.constant('start' as const), at: fc.nat() }),
  fc.record({ type: fc.constant('step' as const), name: fc.string(), kind: fc.constantFrom('idempotent', 'not repeatable', 'odd') }),
  fc.record({ type: fc.constant('cancel' as const), at: fc.nat() }),
  fc.record({ type: fc.constant('restart' as const), at: fc.nat() }),
  fc.record({
    type: fc.constant('end' as const),
    at: fc.nat(),
    end: fc.record({
      outcome: fc.constantFrom('succeeded' as const, 'failed' as const),
      effect: fc.constantFrom('none' as const, 'applied' as const),
    }),
  }),
)

/** The run after the events, and every effect on the way. */
function play(events: readonly RunEvent[]): { run: Run; effects: string[] } {
  const effects: string[] = []
  let run = accepted
  for (const next of events) {
    const step = transition(run, next)
    run = step.run
    effects.push(...step.effects.map(({ type }) => type))
  }
  return { run, effects }
}

describe('a run', () => {
  it('is reported exactly once when it ends, and never before', () => {
    fc.assert(
      fc.property(fc.array(event), events => {
        const { run, effects } = play(events)
        assert.equal(effects.filter(effect => effect === 'report').length, run.state === 'ended' ? 1 : 0)
      }),
    )
  })

  it('is given to a worker at most once', () => {
    fc.assert(fc.property(fc.array(event), events => assert.ok(play(events).effects.filter(effect => effect === 'work').length <= 1)))
  })

  it('never changes after its end', () => {
    fc.assert(
      fc.property(fc.array(event), event, (events, late) => {
        const { run } = play([...events, { type: 'end', at: 1, end: { outcome: 'failed', effect: 'none' } }])
        const after = transition(run, late)
        assert.equal(after.run, run)
        assert.deepEqual(after.effects, [])
      }),
    )
  })

  it('keeps what it is through every transition', () => {
    fc.assert(
      fc.property(fc.array(event), events => {
        const { jobId, kind, origin, attempt, epoch, createdAt } = play(events).run
        assert.deepEqual([jobId, kind, origin, attempt, epoch, createdAt], ['job_1', 'cache.purge', 'owner', 0, 0, 1])
      }),
    )
  })

  it('starts again after a restart if nothing had begun', () => {
    assert.equal(play([{ type: 'restart', at: 5 }]).run.state, 'accepted')
  })

  it('is lost without effect when a restart finds it running before its first step', () => {
    const { run } = play([
      { type: 'start', at: 2 },
      { type: 'restart', at: 5 },
    ])
    assert.equal(run.state === 'ended' && run.end.outcome === 'failed' && run.end.error?.code, 'job.lost')
    assert.equal(run.state === 'ended' && run.end.effect, 'none')
  })

  it('is lost with an unknown effect when a restart finds a step begun that is not repeatable, and with a partial one otherwise', () => {
    const lostIn = (kind: string): unknown => {
      const { run } = play([
        { type: 'start', at: 2 },
        { type: 'step', name: 'write', kind },
        { type: 'restart', at: 5 },
      ])
      return run.state === 'ended' && run.end.effect
    }
    assert.equal(lostIn('idempotent'), 'partial')
    assert.equal(lostIn('journaled transaction'), 'partial')
    assert.equal(lostIn('not repeatable'), 'unknown')
    assert.equal(lostIn('something that another build knows'), 'unknown')
  })

  it('goes on under a newer lease in whatever state it is, and reports an end again under that', () => {
    fc.assert(
      fc.property(fc.array(event), fc.nat({ max: 5 }), (events, epoch) => {
        const { run } = play(events)
        const step = transition(run, { type: 'adopt', attempt: 2, epoch })
        assert.deepEqual([step.run.state, step.run.epoch], [run.state, epoch])
        assert.deepEqual(step.effects, run.state === 'ended' ? [{ type: 'report' }] : [])
        assert.equal(transition(step.run, { type: 'adopt', attempt: 1, epoch: epoch - 1 }).run.epoch, epoch)
      }),
    )
  })

  it('is stopped, not ended, by a cancellation while it runs: the worker has the last word', () => {
    const { run, effects } = play([
      { type: 'start', at: 2 },
      { type: 'cancel', at: 3 },
    ])
    assert.equal(run.state, 'running')
    assert.deepEqual(effects, ['work', 'stop work'])
  })
})
