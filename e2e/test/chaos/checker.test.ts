import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { judge, type Evidence, type FinalJob, type Verdict } from '../../src/chaos/checker.ts'

const job: FinalJob = { id: 'a', siteId: 'site_1', state: 'succeeded', createdAt: 10, effect: 'applied' }
const done = { siteId: 'site_1', at: 20 }
const well = { lost: 0, doubled: 0, stuck: 0, contradictions: 0, unknownEffects: 0 }
const none = new Map<string, never>()

/** What is said of one job, of which everything else is as it should be: told once, and done once where it succeeded. */
function verdictOn(change: Partial<FinalJob> = {}, evidence: Partial<Evidence> = {}): Record<keyof Verdict, number> {
  const whole = { ...job, ...change }
  const usual: Evidence = {
    asked: 1,
    accepted: new Set(['a']),
    cancelled: new Set(),
    stored: new Map([['a', whole]]),
    increments: whole.state === 'succeeded' ? new Map([['a', [done]]]) : none,
    told: new Map([['a', [whole.state]]]),
    excuses: { mayBeUnknown: new Set(), workersKilled: 0 },
  }
  const verdict = judge({ ...usual, ...evidence })
  return Object.fromEntries(Object.entries(verdict).map(([name, rows]) => [name, rows.length])) as Record<keyof Verdict, number>
}

/** The same of a job that another one stands for. */
function verdictOnAbsorbed(other: Partial<FinalJob>, evidence: Partial<Evidence> = {}): Record<keyof Verdict, number> {
  const absorbed: FinalJob = { ...job, state: 'cancelled', effect: 'none', standIn: 'b', shared: 'k' }
  return verdictOn(
    {},
    {
      asked: 2,
      accepted: new Set(['a', 'b']),
      stored: new Map([
        ['a', absorbed],
        ['b', { ...job, id: 'b', shared: 'k', ...other }],
      ]),
      increments: new Map([['b', [done]]]),
      told: new Map([
        ['a', ['cancelled']],
        ['b', ['succeeded']],
      ]),
      ...evidence,
    },
  )
}

describe('the checker of a chaos run', () => {
  it('finds nothing where store, sites and streams agree', () => {
    assert.deepEqual(verdictOn(), well)
    assert.deepEqual(verdictOn({ state: 'cancelled', effect: 'none' }, { cancelled: new Set(['a']) }), well)
    const crashed = { state: 'failed', effect: 'none', error: { code: 'worker.crashed' } }
    assert.deepEqual(verdictOn(crashed, { excuses: { mayBeUnknown: new Set(), workersKilled: 1 } }), well)
    assert.deepEqual(verdictOnAbsorbed({}), well)
  })

  it('finds a job that was accepted and is gone, was never given an id, or succeeded and was not done', () => {
    assert.equal(verdictOn({}, { stored: new Map(), told: none, increments: none }).lost, 1)
    assert.equal(verdictOn({}, { asked: 2 }).lost, 1)
    assert.equal(verdictOn({}, { increments: none }).lost, 1)
  })

  it('finds a job that was done twice, however it ended, and one that was made twice', () => {
    for (const state of ['succeeded', 'failed', 'cancelled'])
      assert.equal(verdictOn({ state }, { increments: new Map([['a', [done, done]]]) }).doubled, 1)
    assert.equal(verdictOn({}, { asked: 0, accepted: new Set() }).doubled, 1)
  })

  it('finds a job that has not ended', () => {
    for (const state of ['queued', 'offered', 'running', 'waiting']) assert.equal(verdictOn({ state }, { told: none }).stuck, 1)
  })

  it('finds an effect that its site does not confirm', () => {
    const crashed = { state: 'failed', error: { code: 'worker.crashed' } }
    const excuses = { mayBeUnknown: new Set<string>(), workersKilled: 1 }
    const increments = new Map([['a', [done]]])
    assert.equal(verdictOn({ ...crashed, effect: 'none' }, { increments, excuses }).contradictions, 1)
    assert.equal(verdictOn({ ...crashed, effect: 'applied' }, { excuses }).contradictions, 1)
    assert.equal(verdictOn({ effect: 'none' }).contradictions, 2)
    assert.equal(verdictOn({ ...crashed, effect: 'partial' }, { excuses }).contradictions, 1)
    assert.equal(verdictOn({}, { increments: new Map([['a', [{ ...done, siteId: 'site_2' }]]]) }).contradictions, 1)
  })

  it('finds an end that nobody asked for, and that nothing that happened explains', () => {
    assert.equal(verdictOn({ state: 'cancelled', effect: 'none' }).contradictions, 1)
    assert.equal(verdictOn({ state: 'expired', effect: 'none' }).contradictions, 1)
    assert.equal(verdictOn({ state: 'failed', effect: 'none', error: { code: 'job.lost' } }).contradictions, 1)
    assert.equal(verdictOn({ state: 'failed', effect: 'none', error: { code: 'worker.crashed' } }).contradictions, 1)
  })

  it('finds an effect that nobody knows though nothing happened to whoever had the job', () => {
    const lost = { state: 'failed', effect: 'unknown', error: { code: 'job.lost' } }
    assert.deepEqual(verdictOn(lost), { ...well, contradictions: 1, unknownEffects: 1 })
    const excuses = { mayBeUnknown: new Set(['a']), workersKilled: 0 }
    for (const increments of [none, new Map([['a', [done]]])])
      assert.deepEqual(verdictOn(lost, { excuses, increments }), { ...well, unknownEffects: 1 })
  })

  it('finds a job that was done although another one stands for it, and one that can’t stand for it', () => {
    const both = new Map([
      ['a', [done]],
      ['b', [done]],
    ])
    assert.equal(verdictOnAbsorbed({}, { increments: both }).contradictions, 2)
    assert.equal(verdictOnAbsorbed({ siteId: 'site_2' }).contradictions, 2)
    assert.equal(verdictOnAbsorbed({ shared: 'another' }).contradictions, 1)
    assert.equal(verdictOnAbsorbed({}, { increments: new Map([['b', [{ ...done, at: 5 }]]]) }).contradictions, 1)
    assert.equal(verdictOnAbsorbed({ standIn: 'a' }).contradictions, 2)
  })

  it('finds two ends that were told of one job, one that is not its end, and an end that was not told', () => {
    assert.equal(verdictOn({}, { told: new Map([['a', ['failed', 'succeeded']]]) }).contradictions, 1)
    assert.equal(verdictOn({}, { told: new Map([['a', ['succeeded', 'succeeded']]]) }).contradictions, 1)
    assert.equal(verdictOn({}, { told: new Map([['a', ['failed']]]) }).contradictions, 1)
    assert.equal(verdictOn({}, { told: none }).contradictions, 1)
  })

  it('finds work that nobody asked for', () => {
    const increments = new Map([
      ['a', [done]],
      ['b', [done]],
    ])
    assert.equal(verdictOn({}, { increments }).contradictions, 1)
  })
})
