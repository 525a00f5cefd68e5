import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { JobStore } from '../../src/ports/jobs.ts'
import type { NewPlace } from './store-place.ts'
import { job, record, TwoAccounts } from './two-accounts.ts'

const bounds = { site: 20, pool: 40 }
const leaseMs = 90_000

/** How much a store lets wait. */
export function conformBounds(newPlace: NewPlace): void {
  describe('the queue of a place', () => {
    let two: TwoAccounts
    let jobs: JobStore
    beforeEach(async () => {
      two = await TwoAccounts.make(newPlace, { bounds })
      jobs = two.store.jobs
    })
    afterEach(() => two.remove())
    /** Asks for so many jobs in one batch; how many were taken. */
    const ask = async (count: number, change: object = {}): Promise<number> => {
      const asked = Array.from({ length: count }, () => job(two.mine, change))
      return (await jobs.createBatch(two.mine.accountId, asked)).filter(outcome => 'job' in outcome).length
    }
    const claim = (most: number, kind = 'cache.purge') =>
      jobs.claim({ agentId: two.mine.agentId, places: [two.mine.siteId], kinds: [kind], leaseMs, now: 0, most })

    it('takes so many jobs and no more, those of one site beside those of another and of a pool', async () => {
      assert.equal(await ask(bounds.site + 5), bounds.site)
      await assert.rejects(two.queue(two.mine), { code: 'queue.full', field: 'siteId' })
      assert.deepEqual(await jobs.createBatch(two.mine.accountId, [job(two.mine)]), [{ refused: 'queue.full', field: 'siteId' }])
      assert.equal((await two.queue(two.theirs)).state, 'queued')
      assert.equal(await ask(bounds.pool + 5, { pool: 'verifiers' }), bounds.pool)
      await assert.rejects(two.queue(two.mine, { pool: 'verifiers' }), { code: 'queue.full', field: 'pool' })
    })

    it('is full for the same jobs of a batch when its request comes again, whatever room there is by then', async () => {
      const batch = Array.from({ length: bounds.site + 2 }, () => job(two.mine))
      const key = { key: 'k', requestHash: 'h' }
      const create = () => jobs.createBatch(two.mine.accountId, batch, record(two.mine, key))
      const first = await create()
      for (const outcome of first.slice(0, 5)) if ('job' in outcome) await jobs.cancel(two.mine.accountId, outcome.job.id, 1)
      const ids = (outcomes: typeof first): unknown => outcomes.map(outcome => ('job' in outcome ? outcome.job.id : outcome))
      assert.deepEqual(ids(await create()), ids(first))
    })

    it('takes more when a tenth of them is gone', async () => {
      await ask(bounds.site)
      await assert.rejects(two.queue(two.mine), { code: 'queue.full' })
      await claim(1)
      await assert.rejects(two.queue(two.mine, { createdAt: 10_000 }), { code: 'queue.full' })
      await claim(1)
      assert.equal(await ask(5, { createdAt: 20_000 }), 2)
    })

    it('has room for what one that waits already stands for', async () => {
      const shared = { coalesceKey: 'k', input: { urls: ['https://a.example/'] } }
      await two.queue(two.mine, shared)
      await ask(bounds.site - 1)
      await assert.rejects(two.queue(two.mine), { code: 'queue.full' })
      assert.equal((await two.queue(two.mine, shared)).state, 'cancelled')
    })

    it('has no room for the child of a job that would wait for it, which stays as it was', async () => {
      const { job: parent } = await jobs.create(job(two.mine, {}, 'health.report'))
      await claim(1, 'health.report')
      await ask(bounds.site)
      const child = job(two.mine, { parentId: parent.id })
      const event = { type: 'wait', epoch: 1, agentId: two.mine.agentId, childId: child.id, effect: 'none' } as const
      await assert.rejects(jobs.wait([two.mine.siteId], parent.id, event, child, 1), { code: 'queue.full' })
      assert.equal((await jobs.find(two.mine.accountId, parent.id))?.state, 'offered')
    })

    it('has room for jobs that come back to it', async () => {
      await two.queue(two.mine)
      const [first] = (await claim(1)).jobs
      await ask(bounds.site)
      await assert.rejects(two.queue(two.mine), { code: 'queue.full' })
      await jobs.tick(leaseMs, 10)
      assert.equal((await jobs.find(two.mine.accountId, first?.id ?? ''))?.state, 'queued')
    })
  })
}
