import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { judge, type Evidence, type FinalJob, type Verdict } from '../../src/chaos/checker.ts'

/** What is said of one job, of which everything else is as it should be. */
function verdictOn(job: Partial<FinalJob>, counted = 1, changes: Partial<Evidence> = {}): Record<keyof Verdict, number> {
  const whole = { id: 'a', state: 'succeeded', effect: 'applied', ...job }
  const evidence: Evidence = {
    accepted: new Set(['a']),
    stored: new Map([['a', whole]]),
    increments: new Map(counted > 0 ? [['a', counted]] : []),
    told: new Map([['a', new Set([whole.state])]]),
    ...changes,
  }
  const { lost, doubled, stuck, contradictions, unknownEffects } = judge(evidence)
  return {
    lost: lost.length,
    doubled: doubled.length,
    stuck: stuck.length,
    contradictions: contradictions.length,
    unknownEffects: unknownEffects.length,
  }
}

const well = { lost: 0, doubled: 0, stuck: 0, contradictions: 0, unknownEffects: 0 }

describe('the checker of a chaos run', () => {
  it('finds nothing where store and sites agree', () => {
    assert.deepEqual(verdictOn({}), well)
    assert.deepEqual(verdictOn({ state: 'cancelled', effect: 'none' }, 0), well)
    assert.deepEqual(verdictOn({ state: 'failed', effect: 'none' }, 0), well)
  })

  it('finds a job that was accepted and is gone, or succeeded and was not done', () => {
    assert.equal(verdictOn({}, 0, { stored: new Map(), told: new Map() }).lost, 1)
    assert.equal(verdictOn({}, 0).lost, 1)
  })

  it('finds a job that was done twice, however it ended', () => {
    for (const state of ['succeeded', 'failed', 'cancelled']) assert.equal(verdictOn({ state }, 2).doubled, 1)
  })

  it('finds a job that has not ended', () => {
    for (const state of ['queued', 'offered', 'running', 'waiting']) assert.equal(verdictOn({ state }, 0, { told: new Map() }).stuck, 1)
  })

  it('finds an effect that its site does not confirm', () => {
    assert.equal(verdictOn({ state: 'failed', effect: 'none' }, 1).contradictions, 1)
    assert.equal(verdictOn({ state: 'failed', effect: 'applied' }, 0).contradictions, 1)
    assert.equal(verdictOn({ state: 'succeeded', effect: 'none' }, 1).contradictions, 2)
  })

  it('finds a job that was done although another one stands for it, or whose stand-in is gone', () => {
    const absorbed = { state: 'cancelled', effect: 'unknown', standIn: 'a' }
    assert.equal(verdictOn(absorbed, 1).contradictions, 1)
    assert.equal(verdictOn({ ...absorbed, standIn: 'b' }, 0).contradictions, 1)
  })

  it('finds two ends that were told of one job, and one that is not its end', () => {
    assert.equal(verdictOn({}, 1, { told: new Map([['a', new Set(['failed', 'succeeded'])]]) }).contradictions, 1)
    assert.equal(verdictOn({}, 1, { told: new Map([['a', new Set(['failed'])]]) }).contradictions, 1)
  })

  it('finds work that nobody asked for', () => {
    const stray = new Map([
      ['a', 1],
      ['b', 1],
    ])
    assert.equal(verdictOn({}, 1, { increments: stray }).contradictions, 1)
  })

  it('counts what nobody can say the effect of, whether it was done or not', () => {
    for (const counted of [0, 1])
      assert.deepEqual(verdictOn({ state: 'failed', effect: 'unknown' }, counted), { ...well, unknownEffects: 1 })
  })
})
