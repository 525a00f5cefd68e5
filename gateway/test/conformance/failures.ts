import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { spoil, type NewPlace } from './store-place.ts'
import { record, site, TwoAccounts } from './two-accounts.ts'

/** What a store tells whoever opened it of failures that its callers hear no more of than a code, or nothing. */
export function conformFailures(newPlace: NewPlace): void {
  describe('a store in which something fails', () => {
    let two: TwoAccounts
    beforeEach(async () => (two = await TwoAccounts.make(newPlace)))
    afterEach(() => two.remove())

    it('lets time pass for the others where one job can’t be looked at, and tells which and why, each time', async () => {
      const broken = await two.queue(two.mine, { queueDeadline: 10 })
      const [mine, theirs] = [await two.queue(two.mine, { queueDeadline: 10 }), await two.queue(two.theirs, { queueDeadline: 10 })]
      await spoil(two.address, broken.id)
      const steps = await two.store.jobs.tick(10, 10)
      assert.deepEqual(steps.map(({ job }) => job.id).toSorted(), [mine.id, theirs.id].toSorted())
      assert.deepEqual(await two.store.jobs.tick(11, 10), [])
      const [first, second, ...more] = two.failures
      assert.deepEqual([first?.at, first?.jobId, first?.code, more.length], ['jobs.tick', broken.id, 'internal', 0])
      assert.match(first?.cause ?? '', /SyntaxError.*JSON/)
      assert.equal(second?.jobId, broken.id)
      assert.equal((await two.store.jobs.find(two.mine.accountId, mine.id))?.state, 'expired')
    })

    it('has nothing to tell of what is refused by a rule', async () => {
      await two.store.sites.create(site(two.mine), record(two.mine, { key: 'k', requestHash: 'h' }))
      await assert.rejects(two.store.sites.create(site(two.mine), record(two.mine, { key: 'k', requestHash: 'other' })))
      await assert.rejects(two.queue({ ...two.mine, siteId: 'site_of_nobody' }), { code: 'site.not_found' })
      await two.store.jobs.tick(0, 10)
      assert.deepEqual(two.failures, [])
    })
  })
}
