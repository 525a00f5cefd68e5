import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { isRepeatable } from '../../src/domain/effect.ts'
import type { Run, RunEvent } from '../../src/domain/run.ts'
import { history, last, live, taken, type Moment } from './run-history.ts'

/** Checks something of every life. */
function always(check: (moments: readonly Moment[]) => void): void {
  fc.assert(
    fc.property(history, events => check(live(events))),
    { numRuns: 500 },
  )
}

/** Checks something of every step of every life. */
const ever = (check: (moment: Moment) => void): void => always(moments => moments.forEach(check))

const count = (moments: readonly Moment[], effect: string): number =>
  moments.flatMap(({ effects }) => effects).filter(({ type }) => type === effect).length

describe('a run', () => {
  it('is reported when it ends, never before, and again only for a lease that takes up its end', () =>
    always(moments => {
      const ends = last(moments).state === 'ended' ? 1 : 0
      const again = moments.filter(({ before, event }) => before.state === 'ended' && event.type === 'adopt').length
      assert.equal(count(moments, 'report'), ends + again)
    }))

  it('is given to a worker once, when it starts, however often it is told to', () =>
    always(moments => {
      const started = moments.some(({ before, run }) => before.state === 'accepted' && run.state === 'running')
      assert.equal(count(moments, 'work'), started ? 1 : 0)
    }))

  it('never leaves its end, nor changes what it says of it', () =>
    ever(({ before, event, run, effects }) => {
      if (before.state !== 'ended') return
      assert.deepEqual({ ...run, attempt: before.attempt, epoch: before.epoch }, before)
      if (event.type !== 'adopt') assert.deepEqual([run, effects], [before, []])
    }))

  it('ends as it was told to, in whatever state it was', () =>
    ever(({ before, event, run }) => {
      if (event.type !== 'end' || before.state === 'ended') return
      assert.ok(run.state === 'ended')
      const { bill: _bill, ...end } = run.end
      const { bill: _told, ...told } = event.end
      assert.deepEqual([end, run.finishedAt], [told, event.at])
    }))

  it('costs what it was told to, and nothing where it never began', () =>
    ever(({ before, event, run }) => {
      if (run.state !== 'ended' || before.state === 'ended') return
      const told = event.type === 'end' ? event.end.bill : undefined
      if (before.state === 'running') assert.deepEqual(run.end.bill, told)
      else assert.deepEqual(Object.values(run.end.bill ?? {}), told ? Object.values(told) : [0, 0, 0, 0, 0, 0])
    }))

  it('goes on under the newest lease that it was given, and under no older one again', () =>
    always(moments => {
      let newest = { attempt: taken.attempt, epoch: taken.epoch }
      for (const { event, run } of moments) {
        if (event.type === 'adopt' && event.epoch > newest.epoch) newest = { attempt: event.attempt, epoch: event.epoch }
        assert.deepEqual({ attempt: run.attempt, epoch: run.epoch }, newest)
      }
    }))

  it('is in the same state whatever lease takes it up', () =>
    ever(({ before, event, run, effects }) => {
      if (event.type !== 'adopt') return
      assert.equal(run.state, before.state)
      assert.deepEqual(effects, run.state === 'ended' ? [{ type: 'report' }] : [])
    }))

  it('is the same job all its life, with no more to it than its state has', () =>
    ever(({ run }) => {
      const { jobId, kind, input, origin, runMs, createdAt, child, attempt: _attempt, epoch: _epoch, state, ...own } = run
      assert.deepEqual({ ...taken, jobId, kind, input, origin, runMs, createdAt, child }, taken)
      const members = { accepted: '', running: 'startedAt,steps', ended: 'end,finishedAt' }
      assert.equal(Object.keys(own).toSorted().join(), members[state])
    }))

  it('is stopped by a cancellation, not ended, while a worker has it, and ended at once before', () =>
    ever(({ before, event, run, effects }) => {
      if (event.type !== 'cancel' || before.state === 'ended') return
      if (before.state === 'running') assert.deepEqual([run, effects], [before, [{ type: 'stop work' }]])
      else assert.ok(run.state === 'ended' && run.end.outcome === 'cancelled' && run.end.effect === 'none')
    }))

  it('waits on over a restart where nothing had begun, and is lost with what its steps may have done where something had', () =>
    always(moments => {
      const steps: string[] = []
      for (const { before, event, run } of moments) {
        if (event.type === 'step' && before.state === 'running') steps.push(event.kind)
        if (event.type !== 'restart') continue
        if (before.state === 'accepted') assert.equal(run, before)
        if (before.state !== 'running') continue
        assert.ok(run.state === 'ended' && run.end.outcome === 'failed' && run.end.error?.code === 'job.lost')
        const guess = steps.every(isRepeatable) ? 'partial' : 'unknown'
        assert.equal(run.end.effect, steps.length === 0 ? 'none' : guess)
      }
    }))

  it('is lost with an unknown effect when a restart finds a step begun that is not repeatable, and with a partial one otherwise', () => {
    const lostIn = (kind: string): unknown => {
      const run = last(
        live([
          { type: 'start', at: 2 },
          { type: 'step', name: 'write', kind },
          { type: 'restart', at: 5 },
        ]),
      )
      return run.state === 'ended' && run.end.effect
    }
    assert.equal(lostIn('idempotent'), 'partial')
    assert.equal(lostIn('journaled transaction'), 'partial')
    assert.equal(lostIn('not repeatable'), 'unknown')
    assert.equal(lostIn('something that another build knows'), 'unknown')
  })
})

/** Each state, an event that it knows, and what comes of it. */
const ways: readonly (readonly [state: Run['state'], event: RunEvent['type'], next: Run['state'], ...effects: string[]])[] = [
  ['accepted', 'start', 'running', 'work'],
  ['accepted', 'cancel', 'ended', 'report'],
  ['accepted', 'end', 'ended', 'report'],
  ['accepted', 'adopt', 'accepted'],
  ['accepted', 'restart', 'accepted'],
  ['running', 'step', 'running'],
  ['running', 'cancel', 'running', 'stop work'],
  ['running', 'end', 'ended', 'report'],
  ['running', 'adopt', 'running'],
  ['running', 'restart', 'ended', 'report'],
  ['ended', 'adopt', 'ended', 'report'],
]

describe('the lives that these laws are tried on', () => {
  const moments = fc.sample(history, { numRuns: 1_000, seed: 1 }).flatMap(events => live(events))

  it('take every way out of every state, and bring every event to every state', () => {
    const met = ({ before, event }: Moment): string => `${before.state}, ${event.type}`
    const seen = new Set(moments.map(moment => [met(moment), moment.run.state, ...moment.effects.map(({ type }) => type)].join()))
    assert.deepEqual(
      ways.map(([state, event, ...rest]) => [`${state}, ${event}`, ...rest].join()).filter(way => !seen.has(way)),
      [],
    )
    assert.equal(new Set(moments.map(met)).size, 3 * 6)
  })

  it('know all outcomes, a wait for a child among them, and leases that are newer, the same and older', () => {
    const outcomes = new Set(moments.flatMap(({ run }) => (run.state === 'ended' ? [run.end.outcome] : [])))
    assert.deepEqual(outcomes, new Set(['succeeded', 'failed', 'cancelled', 'waiting']))
    const leases = new Set(moments.flatMap(({ before, event }) => (event.type === 'adopt' ? [Math.sign(event.epoch - before.epoch)] : [])))
    assert.deepEqual(leases, new Set([-1, 0, 1]))
  })

  it('mostly hold what fits, and some of what does not', () => {
    const open = moments.filter(({ before }) => before.state !== 'ended')
    const fitting = open.filter(({ before, event }) => ways.some(([state, type]) => state === before.state && type === event.type)).length
    assert.ok(fitting / open.length > 0.8 && fitting < open.length, `${fitting} of ${open.length}`)
  })
})
