import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { judge, type Verdict } from '../../src/chaos/checker.ts'
import type { Evidence, Excuses, FinalJob, Increment } from '../../src/chaos/evidence.ts'

const job: FinalJob = {
  id: 'a',
  siteId: 'site_1',
  kind: 'lab.increment',
  origin: 'platform',
  state: 'succeeded',
  attempt: 1,
  createdAt: 10,
  effect: 'applied',
}
const done = { siteId: 'site_1', at: 20 }
const well = { lost: 0, doubled: 0, stuck: 0, contradictions: 0, unknownEffects: 0 }
const none = new Map<string, never>()
/** Nothing happened to anyone, but for what is said. */
const excused = (excuses: Partial<Excuses> = {}): Excuses => ({ mayBeUnknown: new Set(), begun: new Set(), workersKilled: 0, ...excuses })

/** What is said of one job, of which everything else is as it should be: told once, and done once where it succeeded. */
function verdictOn(change: Partial<FinalJob> = {}, evidence: Partial<Evidence> = {}): Record<keyof Verdict, number> {
  const whole = { ...job, ...change }
  const usual: Evidence = {
    asked: 1,
    accepted: new Set(['a']),
    cancelled: new Set(),
    unanswered: new Set(),
    stored: new Map([['a', whole]]),
    increments: whole.state === 'succeeded' ? new Map([['a', [done]]]) : none,
    told: new Map([['a', [whole.state]]]),
    pools: new Map([['verifiers', new Set(['site_8', 'site_9'])]]),
    overlaps: [],
    excuses: excused(),
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
    assert.deepEqual(verdictOn(crashed, { excuses: excused({ workersKilled: 1 }) }), well)
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
    const excuses = excused({ workersKilled: 1 })
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
    const excuses = excused({ mayBeUnknown: new Set(['a']) })
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

  it('takes a job of a pool for done at the site of any of its agents, and nowhere else', () => {
    const at = (siteId: string): Evidence['increments'] => new Map([['a', [{ ...done, siteId }]]])
    assert.deepEqual(verdictOn({ pool: 'verifiers' }, { increments: at('site_8') }), well)
    assert.equal(verdictOn({ pool: 'verifiers' }, { increments: at('site_1') }).contradictions, 1)
    assert.equal(verdictOn({ pool: 'others' }, { increments: at('site_8') }).contradictions, 1)
  })

  it('sums over the agents of a pool', () => {
    const increments = new Map([['a', ['site_8', 'site_9'].map(siteId => ({ ...done, siteId }))]])
    assert.equal(verdictOn({ pool: 'verifiers' }, { increments }).doubled, 1)
  })

  it('finds two heavy jobs at one site at once', () => {
    assert.equal(verdictOn({ kind: 'lab.heavy' }, { overlaps: [['a', 'b']] }).contradictions, 1)
  })

  it('knows of what an owner asked for once, whether or not he was answered', () => {
    const asked = { origin: 'owner', tag: 'owner-1-1' }
    const unheard = { asked: 0, accepted: new Set<string>() }
    assert.deepEqual(verdictOn(asked), well)
    assert.deepEqual(verdictOn(asked, { ...unheard, unanswered: new Set(['owner-1-1']) }), well)
    assert.equal(verdictOn(asked, { ...unheard, unanswered: new Set(['owner-1-2']) }).doubled, 1)
    const again = { ...job, ...asked, id: 'b' }
    const both = { stored: new Map([again, { ...job, ...asked }].map(each => [each.id, each])), accepted: new Set(['a', 'b']) }
    assert.equal(verdictOn(asked, { ...both, increments: new Map(['a', 'b'].map(id => [id, [done]])) }).doubled, 1)
  })

  it('takes a run that was lost before its step for the end of what nobody can give again', () => {
    const lost = { state: 'failed', effect: 'none', error: { code: 'job.lost' } }
    const excuses = excused({ begun: new Set(['a']) })
    assert.deepEqual(verdictOn({ ...lost, origin: 'owner' }, { excuses }), well)
    assert.equal(verdictOn({ ...lost, origin: 'owner' }).contradictions, 1)
    assert.equal(verdictOn(lost, { excuses }).contradictions, 1)
  })
})

describe('the checker of parents and children', () => {
  it('finds nothing where a parent went on after its child, and knows how that ended', () => {
    assert.deepEqual(verdictOnFamily(), well)
    assert.deepEqual(verdictOnFamily({ childPool: 'verifiers' }, { pool: 'verifiers' }, [{ ...done, siteId: 'site_9', at: 15 }]), well)
  })

  it('finds a parent that was told something else, or of another job', () => {
    assert.equal(verdictOnFamily({ toldChild: { jobId: 'b', state: 'failed' } }).contradictions, 1)
    assert.equal(verdictOnFamily({ toldChild: { jobId: 'c', state: 'succeeded' } }).contradictions, 1)
  })

  it('finds a parent that went on before its child was done, or without one', () => {
    assert.equal(verdictOnFamily({}, {}, [{ ...done, at: 25 }]).contradictions, 1)
    assert.equal(verdictOn({ kind: 'lab.parent' }).contradictions, 1)
  })

  it('finds a child of another site, another place or another origin, and one that nobody asked for', () => {
    assert.equal(verdictOnFamily({}, { siteId: 'site_2' }, [{ siteId: 'site_2', at: 15 }]).contradictions, 1)
    assert.equal(verdictOnFamily({ childPool: 'verifiers' }).contradictions, 1)
    assert.equal(verdictOnFamily({}, { origin: 'owner' }).contradictions, 1)
    assert.equal(verdictOnFamily({ kind: 'lab.increment' }).contradictions, 1)
    assert.equal(verdictOn({ parentId: 'x' }).contradictions, 1)
  })

  it('finds a second child', () => {
    assert.equal(verdictOnFamily({}, {}, [{ ...done, at: 15 }], ['b', 'c']).doubled, 1)
  })

  it('lets a child be cancelled where its parent is, and not else', () => {
    const cancelled = { state: 'cancelled', effect: 'none' }
    const ofBoth = { ...cancelled, toldChild: { jobId: 'b', state: 'cancelled' } }
    assert.deepEqual(verdictOnFamily(ofBoth, cancelled, [], ['b'], new Set(['a'])), well)
    assert.equal(verdictOnFamily({ toldChild: { jobId: 'b', state: 'cancelled' } }, cancelled, []).contradictions, 1)
  })
})

/** What is said of a parent and its child (or several of them, all alike) that are as they should be but for what is said. */
function verdictOnFamily(
  parent: Partial<FinalJob> = {},
  child: Partial<FinalJob> = {},
  childDone: readonly Increment[] = [{ ...done, at: 15 }],
  children: readonly string[] = ['b'],
  cancelled: ReadonlySet<string> = new Set(),
): Record<keyof Verdict, number> {
  const whole = { ...job, kind: 'lab.parent', toldChild: { jobId: 'b', state: 'succeeded' }, ...parent }
  const jobs = [whole, ...children.map(id => ({ ...job, id, parentId: 'a', ...child }))]
  const increments = new Map<string, readonly Increment[]>(whole.state === 'succeeded' ? [['a', [done]]] : [])
  for (const id of children) if (childDone.length > 0) increments.set(id, childDone)
  const told = new Map(jobs.map(({ id, state }) => [id, [state]]))
  return verdictOn({}, { stored: new Map(jobs.map(each => [each.id, each])), increments, told, cancelled })
}
