import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { kinds, newId } from '@platen/protocol'
import { isEnded, type Job, type JobEnd } from '../../src/domain/job.ts'
import type { JobStore } from '../../src/ports/jobs.ts'
import type { NewPlace } from './store-place.ts'
import { job, TwoAccounts } from './two-accounts.ts'
import { claimOne, say } from '../support/agent-words.ts'

const leaseMs = 90_000
const done: JobEnd = { outcome: 'succeeded', effect: 'applied', result: { summary: 'Done' } }
const busy = { type: 'decline', code: 'agent.busy', message: 'busy', retryAfterMs: 0 } as const
const urls = (...names: readonly string[]): object => ({ urls: names.map(name => `https://a.example/${name}`) })

/** What becomes of jobs that have to do with each other: of one key, of one site's machine, of one batch, parent and child. */
export function conformQueue(newPlace: NewPlace): void {
  describe('jobs of a store that have to do with each other', () => {
    let two: TwoAccounts
    let jobs: JobStore
    beforeEach(async () => {
      two = await TwoAccounts.make(newPlace)
      jobs = two.store.jobs
    })
    afterEach(() => two.remove())

    const claim = (now = 0): Promise<(Job & { state: 'offered' }) | undefined> =>
      claimOne(jobs, two.mine.siteId, two.mine.agentId, leaseMs, now)
    const find = async ({ accountId, id }: Job): Promise<Job> => (await jobs.find(accountId, id)) as Job
    const heavy = (change: object = {}): Promise<Job> => two.queue(two.mine, { kind: 'images.optimize', ...change })

    it('of one key become one while they wait: the older one with all that was asked for, of which the newer one names it', async () => {
      const older = await two.queue(two.mine, { coalesceKey: 'k', input: urls('a', 'b') })
      const newer = await jobs.create(job(two.mine, { coalesceKey: 'k', input: urls('b', 'c') }))
      assert.deepEqual((await find(older)).input, urls('a', 'b', 'c'))
      assert.ok(newer.job.state === 'cancelled' && newer.job.end.standIn === older.id && newer.job.end.error?.code === 'job.superseded')
      assert.deepEqual(await find(newer.job), newer.job)
      assert.equal((await claim())?.id, older.id)
      assert.equal(await claim(), undefined)
    })

    it('of one key are one also where many ask at once through two gateways', async () => {
      const other = await two.another()
      const ask = (store: JobStore): Promise<unknown> => store.create(job(two.mine, { coalesceKey: 'k', input: urls('a') }))
      await Promise.all(Array.from({ length: 20 }, (_, index) => ask(index % 2 === 0 ? jobs : other.jobs)))
      await other.close()
      assert.ok(await claim())
      assert.equal(await claim(), undefined)
    })

    it('of one key are two where the first has begun, or where sites or accounts differ', async () => {
      const first = await two.queue(two.mine, { coalesceKey: 'k', input: urls('a') })
      assert.equal((await claim())?.id, first.id)
      const second = await two.queue(two.mine, { coalesceKey: 'k', input: urls('a') })
      const theirs = await two.queue(two.theirs, { coalesceKey: 'k', input: urls('a') })
      assert.deepEqual([(await find(second)).state, (await find(theirs)).state], ['queued', 'queued'])
    })

    it('of one key become one while they wait: the newest, where the latest is what counts, of which the others name it', async test => {
      const latest = kinds.map(kind =>
        kind.coalesce ? { ...kind, coalesce: { mode: 'keep-latest', by: kind.coalesce.by } as const } : kind,
      )
      const one = await TwoAccounts.make(newPlace, { kinds: latest })
      test.after(() => one.remove())
      const { mine, store } = one
      const ask = (input: object) => store.jobs.create(job(mine, { coalesceKey: 'k', input }))
      const first = await ask(urls('a'))
      const second = await ask(urls('b'))
      const third = await ask(urls('c'))
      const stored = await Promise.all([first, second, third].map(made => store.jobs.find(mine.accountId, made.job.id)))
      assert.deepEqual(
        stored.map(found => found && [found.state, isEnded(found) && found.end.standIn]),
        [
          ['cancelled', second.job.id],
          ['cancelled', third.job.id],
          ['queued', false],
        ],
      )
      assert.deepEqual(
        [stored[2]?.input, third.also.map(step => step.job)],
        [urls('c'), [stored[1]]],
        'as it was asked for, with what became of the other',
      )
      assert.equal((await claimOne(store.jobs, mine.siteId, mine.agentId, leaseMs, 0))?.id, third.job.id)
    })

    it('of one key become one where the first comes back to the queue untouched', async () => {
      const first = await two.queue(two.mine, { coalesceKey: 'k', input: urls('a') })
      await claim()
      const second = await two.queue(two.mine, { coalesceKey: 'k', input: urls('b') })
      const step = await say(jobs, two.mine, first.id, { ...busy, epoch: 1 }, 1)
      assert.equal(step?.job.state, 'queued')
      assert.deepEqual((await find(first)).input, urls('a', 'b'))
      const absorbed = await find(second)
      assert.ok(absorbed.state === 'cancelled' && absorbed.end.standIn === first.id)
    })

    it('are heavy one at a time a site, with light ones beside', async () => {
      const [first, second] = [await heavy(), await heavy()]
      assert.equal((await claim())?.id, first.id)
      assert.equal(await claim(), undefined)
      const light = await two.queue(two.mine)
      assert.equal((await claim())?.id, light.id)
      await say(jobs, two.mine, first.id, { type: 'end', epoch: 1, end: done }, 2)
      assert.equal((await claim(3))?.id, second.id)
    })

    it('are heavy, and keep their machine while the agent that was at them may come back', async () => {
      const lost = await heavy()
      await claim()
      await say(jobs, two.mine, lost.id, { type: 'accept', epoch: 1, leaseMs }, 1)
      await heavy()
      await jobs.tick(1 + leaseMs, 10)
      const waiting = await find(lost)
      assert.ok(waiting.state === 'queued' && waiting.held)
      assert.equal(await claim(waiting.notBefore - 1), undefined)
      assert.equal((await claim(waiting.notBefore))?.id, lost.id)
      await jobs.tick(waiting.notBefore + leaseMs, 10)
      const back = await say(jobs, two.mine, lost.id, { type: 'renew', epoch: 2, leaseMs }, waiting.notBefore + leaseMs)
      assert.equal(back?.job.state, 'running')
    })

    it('are left to agents that are spared, when their lease runs out, and to nobody else', async () => {
      const made = await two.queue(two.mine)
      const theirs = await two.queue(two.theirs)
      await claim()
      await claimOne(jobs, two.theirs.siteId, two.theirs.agentId, leaseMs, 0)
      await jobs.tick(leaseMs, 10, [two.mine.agentId])
      assert.deepEqual([(await find(made)).state, (await find(theirs)).state], ['offered', 'queued'])
      await jobs.tick(leaseMs, 10)
      assert.equal((await find(made)).state, 'queued')
    })

    it('are heavy one at a time also where two gateways claim at once', async () => {
      const other = await two.another()
      for (let made = 0; made < 6; made += 1) await heavy()
      const claims = Array.from({ length: 6 }, (_, index) =>
        claimOne(index % 2 === 0 ? jobs : other.jobs, two.mine.siteId, two.mine.agentId, leaseMs, 1),
      )
      const claimed = (await Promise.all(claims)).filter(found => found !== undefined)
      await other.close()
      assert.equal(claimed.length, 1)
    })

    it('of one batch have an outcome each, and one that is refused keeps no other', async () => {
      const mine = [job(two.mine), job(two.theirs), job(two.mine)].map(made => ({ ...made, accountId: two.mine.accountId }))
      const outcomes = await jobs.createBatch(two.mine.accountId, mine)
      assert.deepEqual(
        outcomes.map(outcome => ('job' in outcome ? outcome.job.state : outcome.refused)),
        ['queued', 'site.not_found', 'queued'],
      )
    })

    it('of a pool are carried out by its agents, and by no agent of their own site', async () => {
      const pooled = await two.queue(two.mine, { pool: 'verifiers' })
      assert.equal(await claim(), undefined)
      const names = [pooled.kind]
      const places = [two.theirs.siteId, 'pool:verifiers']
      const [claimed] = (await jobs.claim({ places, agentId: two.theirs.agentId, kinds: names, leaseMs, now: 1, most: 5 })).jobs
      assert.equal(claimed?.id, pooled.id)
      const end = { type: 'end', epoch: 1, agentId: two.theirs.agentId, end: done } as const
      assert.equal(await jobs.apply([two.theirs.siteId], pooled.id, end, 2), undefined)
      assert.equal((await jobs.apply(places, pooled.id, end, 2))?.job.state, 'succeeded')
    })

    it('of a pool are told again to the agent that has them, however many its others have', async () => {
      const many = Array.from({ length: 70 }, () => job(two.mine, { pool: 'verifiers' }))
      await jobs.createBatch(two.mine.accountId, many)
      const names = [job(two.mine).kind]
      const take = async (agentId: string, most: number): Promise<readonly Job[]> =>
        (await jobs.claim({ places: ['pool:verifiers'], agentId, kinds: names, leaseMs, now: 1, most })).jobs
      await take(two.theirs.agentId, 69)
      const taken = await take(two.mine.agentId, 1)
      assert.deepEqual([taken.length, await jobs.leased(['pool:verifiers'], two.mine.agentId)], [1, taken])
    })

    it('are claimed by urgency and then by age also where an agent serves a pool beside its site', async () => {
      const made = [
        await two.queue(two.mine, { pool: 'verifiers' }),
        await two.queue(two.mine),
        await heavy(),
        await two.queue(two.mine, { pool: 'verifiers' }),
        await two.queue(two.mine),
      ]
      const { siteId, agentId } = two.mine
      const names = [...new Set(made.map(({ kind }) => kind))]
      const asked = { places: [siteId, 'pool:verifiers'], agentId, kinds: names, leaseMs, now: 1, most: 8 }
      const claimed = (await jobs.claim(asked)).jobs.map(({ id }) => made.findIndex(one => one.id === id))
      assert.deepEqual(claimed, [0, 1, 3, 4, 2])
    })

    it('that must not be done twice end where another agent asks for what one fell silent with, and that one gets the next', async test => {
      const once = kinds.map(kind => ({ ...kind, retry: { ...kind.retry, codes: [] } }))
      const strict = await TwoAccounts.make(newPlace, { kinds: once })
      test.after(() => strict.remove())
      const { mine, store } = strict
      const claimedBy = (agentId: string, now: number) =>
        store.jobs.claim({ places: [mine.siteId], agentId, kinds: ['cache.purge'], leaseMs, now, most: 1 })
      const [first, second] = [await strict.queue(mine), await strict.queue(mine)]
      await claimedBy(mine.agentId, 0)
      await store.jobs.tick(leaseMs, 10)
      const { jobs: given, also } = await claimedBy(newId('agent'), leaseMs)
      assert.deepEqual(
        given.map(({ id }) => id),
        [second.id],
      )
      const lost = await store.jobs.find(mine.accountId, first.id)
      assert.deepEqual(also, [{ job: lost, accepted: true, effects: [] }])
      assert.ok(lost?.state === 'failed' && lost.end.error?.code === 'job.lost' && lost.end.effect === 'unknown')
      const events = await store.jobs.events(mine.accountId, { jobId: first.id }, 0, 10)
      assert.equal(events.at(-1)?.type, 'job.failed')
    })

    it('are claimed by who can carry them out only', async () => {
      await two.queue(two.mine)
      const { siteId, agentId } = two.mine
      const none = await jobs.claim({ places: [siteId], agentId, kinds: ['health.report'], leaseMs, now: 1, most: 5 })
      assert.deepEqual(none, { jobs: [], also: [] })
    })

    it('wait for the child that they ask for, and go on with what became of it', async () => {
      const parent = await two.queue(two.mine)
      await claim()
      const child = { ...job(two.mine, { kind: 'health.report', input: { sections: 'all' } }), parentId: parent.id }
      const event = { type: 'wait', epoch: 1, agentId: two.mine.agentId, childId: child.id, effect: 'none' } as const
      assert.equal((await jobs.wait([two.mine.siteId], parent.id, event, child, 2))?.job.state, 'waiting')
      const again = { ...child, id: newId('job') }
      await jobs.wait([two.mine.siteId], parent.id, { ...event, childId: again.id }, again, 3)
      assert.equal(await jobs.find(two.mine.accountId, again.id), undefined)
      assert.equal((await claim(4))?.id, child.id)
      await say(jobs, two.mine, child.id, { type: 'end', epoch: 1, end: done }, 5)
      const resumed = await find(parent)
      assert.deepEqual([resumed.state, resumed.child?.jobId, resumed.child?.state], ['queued', child.id, 'succeeded'])
    })

    it('are heavy, and leave their machine to others while they wait for a child', async () => {
      const parent = await heavy()
      await claim()
      const child = { ...job(two.mine, { kind: 'health.report', input: { sections: 'all' } }), parentId: parent.id }
      const event = { type: 'wait', epoch: 1, agentId: two.mine.agentId, childId: child.id, effect: 'none' } as const
      assert.equal((await jobs.wait([two.mine.siteId], parent.id, event, child, 2))?.job.state, 'waiting')
      const next = await heavy()
      // The child is more urgent.
      assert.deepEqual([(await claim(3))?.id, (await claim(3))?.id], [child.id, next.id])
      await say(jobs, two.mine, child.id, { type: 'end', epoch: 1, end: done }, 4)
      assert.equal((await find(parent)).state, 'queued')
      assert.equal(await claim(5), undefined, 'and wait for it as any other when they go on')
      await say(jobs, two.mine, next.id, { type: 'end', epoch: 1, end: done }, 6)
      assert.equal((await claim(7))?.id, parent.id)
    })

    it('have one bill for all their runs, those before a child and before another try included', async () => {
      const bill = { cpuMs: 1, peakRssBytes: 10, wallMs: 2, readBytes: 3, writtenBytes: 4, savedBytes: 5 }
      const parent = await two.queue(two.mine)
      await claim()
      const child = { ...job(two.mine, { kind: 'health.report', input: { sections: 'all' } }), parentId: parent.id }
      const wait = { type: 'wait', epoch: 1, agentId: two.mine.agentId, childId: child.id, effect: 'none', bill } as const
      await jobs.wait([two.mine.siteId], parent.id, wait, child, 2)
      await jobs.wait([two.mine.siteId], parent.id, wait, child, 3)
      await jobs.cancel(two.mine.accountId, child.id, 4)
      await claim(5)
      const crashed = { outcome: 'failed', effect: 'none', error: { code: 'worker.crashed', message: 'gone' }, bill } as const
      await say(jobs, two.mine, parent.id, { type: 'end', epoch: 2, end: crashed }, 6)
      await claim(60_000)
      await say(jobs, two.mine, parent.id, { type: 'end', epoch: 3, end: { ...done, bill: { ...bill, peakRssBytes: 7 } } }, 60_001)
      const ended = await find(parent)
      const all = { cpuMs: 3, peakRssBytes: 10, wallMs: 6, readBytes: 9, writtenBytes: 12, savedBytes: 15 }
      assert.deepEqual([ended.state, isEnded(ended) && ended.end.bill], ['succeeded', all])
    })

    it('take their child along when they are cancelled', async () => {
      const parent = await two.queue(two.mine)
      await claim()
      const child = { ...job(two.mine, { kind: 'health.report', input: { sections: 'all' } }), parentId: parent.id }
      const event = { type: 'wait', epoch: 1, agentId: two.mine.agentId, childId: child.id, effect: 'none' } as const
      await jobs.wait([two.mine.siteId], parent.id, event, child, 2)
      const step = await jobs.cancel(two.mine.accountId, parent.id, 3)
      assert.deepEqual(
        step?.also.map(({ job }) => [job.id, job.state]),
        [[child.id, 'cancelled']],
      )
      assert.equal((await find(child)).state, 'cancelled')
    })

    it('are forgotten with their events once they ended long enough ago, some at a time, and none that has not ended', async () => {
      const old = [await two.queue(two.mine), await two.queue(two.mine)]
      for (const { id } of old) await jobs.cancel(two.mine.accountId, id, 10)
      const late = await two.queue(two.mine)
      await jobs.cancel(two.mine.accountId, late.id, 500)
      const open = await two.queue(two.mine)
      assert.deepEqual([await jobs.forget(100, 1), await jobs.forget(100, 5), await jobs.forget(100, 5)], [1, 1, 0])
      const states = await Promise.all([...old, late, open].map(({ id }) => jobs.find(two.mine.accountId, id)))
      assert.deepEqual(
        states.map(found => found?.state),
        [undefined, undefined, 'cancelled', 'queued'],
      )
      assert.deepEqual(await jobs.events(two.mine.accountId, { jobId: old[0]?.id ?? '' }, 0, 10), [])
      assert.equal((await jobs.events(two.mine.accountId, { jobId: late.id }, 0, 10)).length, 2)
    })
  })
}
