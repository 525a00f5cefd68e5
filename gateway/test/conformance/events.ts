import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { JobStore, SiteEvent } from '../../src/ports/jobs.ts'
import type { NewPlace } from './store-place.ts'
import { job, record, TwoAccounts } from './two-accounts.ts'
import { claimOne, say } from '../support/agent-words.ts'

/** What every event log of a store does. */
export function conformEvents(newPlace: NewPlace): void {
  describe('the events of a store', () => {
    let two: TwoAccounts
    let jobs: JobStore
    beforeEach(async () => {
      two = await TwoAccounts.make(newPlace)
      jobs = two.store.jobs
    })
    afterEach(() => two.remove())

    const ofSite = (after = 0, limit = 100): Promise<readonly SiteEvent[]> =>
      jobs.events(two.mine.accountId, { siteId: two.mine.siteId }, after, limit)

    it('tell each state that a job comes to, once and in order, without its input and result', async () => {
      const { id } = await two.queue(two.mine)
      await claimOne(jobs, two.mine.siteId, two.mine.agentId, 1_000, 1)
      await say(jobs, two.mine, id, { type: 'accept', epoch: 1, leaseMs: 1_000 }, 2)
      await say(jobs, two.mine, id, { type: 'renew', epoch: 1, leaseMs: 1_000 }, 3)
      const end = { outcome: 'succeeded', effect: 'applied', result: { summary: 'Done' } } as const
      for (const now of [4, 5]) await say(jobs, two.mine, id, { type: 'end', epoch: 1, end }, now)
      const events = await jobs.events(two.mine.accountId, { jobId: id }, 0, 100)
      assert.deepEqual(
        events.map(({ type, at, jobId }) => [type, at, jobId]),
        [
          ['job.queued', 0, id],
          ['job.offered', 1, id],
          ['job.running', 2, id],
          ['job.succeeded', 4, id],
        ],
      )
      const { siteId } = two.mine
      assert.deepEqual(events.at(-1)?.data, { jobId: id, siteId, kind: 'cache.purge', state: 'succeeded', attempt: 1, effect: 'applied' })
    })

    it('are seen by their account only', async () => {
      const { id } = await two.queue(two.mine)
      assert.deepEqual(await jobs.events(two.theirs.accountId, { jobId: id }, 0, 100), [])
      assert.deepEqual(await jobs.events(two.theirs.accountId, { siteId: two.mine.siteId }, 0, 100), [])
      await two.queue(two.theirs)
      assert.deepEqual(
        (await ofSite()).map(({ jobId }) => jobId),
        [id],
      )
    })

    it('have one rising number, by which reading goes on where it stopped', async () => {
      for (let count = 0; count < 5; count += 1) await two.queue(count === 2 ? two.theirs : two.mine)
      const whole = await ofSite()
      const numbers = whole.map(({ seq }) => seq)
      assert.deepEqual(
        numbers,
        numbers.toSorted((one, other) => one - other),
      )
      assert.equal(new Set(numbers).size, 4)
      const read: SiteEvent[] = []
      for (;;) {
        const some = await ofSite(read.at(-1)?.seq, 3)
        if (some.length === 0) break
        read.push(...some)
      }
      assert.deepEqual(read, whole)
    })

    it('come in their order: who goes on from the last one that was seen misses none that others write meanwhile', async () => {
      const other = await two.another()
      const writing = { goesOn: true }
      const write = async (store: JobStore): Promise<void> => {
        for (let made = 0; made < 20; made += 1) await store.create(job(two.mine))
      }
      const written = Promise.all([write(jobs), write(jobs), write(other.jobs)]).finally(() => (writing.goesOn = false))
      const read: SiteEvent[] = []
      while (writing.goesOn) {
        read.push(...(await ofSite(read.at(-1)?.seq, 5)))
        await new Promise(resolve => setImmediate(resolve))
      }
      await written
      await other.close()
      read.push(...(await ofSite(read.at(-1)?.seq)))
      assert.equal(read.length, 60)
      assert.deepEqual(read, await ofSite())
    })

    it('are none of a change that was not made', async () => {
      const key = { key: 'k', requestHash: 'h' }
      const { id } = await two.queue(two.mine)
      const line = record(two.mine, key)
      await jobs.cancel(two.mine.accountId, id, 1, line)
      const before = (await ofSite()).length
      const other = await two.queue(two.mine)
      await assert.rejects(jobs.cancel(two.mine.accountId, other.id, 2, { ...line, idempotency: { ...key, requestHash: 'other' } }))
      await jobs.cancel(two.mine.accountId, id, 3, line)
      assert.equal((await ofSite()).length, before + 1)
    })
  })
}
