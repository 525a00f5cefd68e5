import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { newId } from '@platen/protocol'
import { isEnded, type Job } from '../../src/domain/job.ts'
import type { Store } from '../../src/ports/store.ts'
import { claimOne, say } from '../support/agent-words.ts'
import type { NewPlace } from './store-place.ts'
import { everything, job, TwoAccounts } from './two-accounts.ts'

const leaseMs = 1_000
const minuteMs = 60_000
const done = { outcome: 'succeeded', effect: 'applied', result: { summary: 'Done' } } as const

type Offered = Job & { readonly state: 'offered' }

/** What a store promises where its callers' clocks differ, or go back. */
export function conformClocks(newPlace: NewPlace): void {
  describe('a store whose callers’ clocks differ', () => {
    let two: TwoAccounts
    let other: Store
    beforeEach(async () => {
      two = await TwoAccounts.make(newPlace)
      other = await two.another()
    })
    afterEach(async () => {
      await other.close()
      await two.remove()
    })

    const claim = (store: Store, now: number, agentId: string = two.mine.agentId): Promise<Offered | undefined> =>
      claimOne(store.jobs, two.mine.siteId, agentId, leaseMs, now)
    const end = (store: Store, { id, epoch }: Offered, now: number, agentId: string) =>
      say(store.jobs, { ...two.mine, agentId }, id, { type: 'end', epoch, end: done }, now)
    const find = async ({ accountId, id }: Job): Promise<Job> => (await two.store.jobs.find(accountId, id)) as Job

    it('lets none that is behind take or end a lease that one ahead gave', async () => {
      const made = await two.queue(two.mine)
      const taken = await claim(two.store, 10 * minuteMs)
      assert.equal(await claim(other, 1, newId('agent')), undefined)
      assert.deepEqual(await other.jobs.tick(1, 10), [])
      assert.deepEqual(await find(made), taken)
    })

    it('refuses the holder of a lease that one ahead took for run out, once another one has the job', async () => {
      const made = await two.queue(two.mine)
      const first = (await claim(two.store, 0)) as Offered
      await other.jobs.tick(10 * minuteMs, 10)
      const agentId = newId('agent')
      const second = (await claim(other, 10 * minuteMs, agentId)) as Offered
      assert.deepEqual([second.id, second.epoch], [first.id, first.epoch + 1])
      assert.equal((await end(two.store, first, 1, two.mine.agentId))?.accepted, false)
      assert.equal((await end(two.store, second, 2, agentId))?.accepted, true)
      assert.equal((await find(made)).state, 'succeeded')
    })

    it(
      'gives no lease twice, keeps heavy jobs apart, and ends each job once, however callers come and go',
      { timeout: 2 * minuteMs },
      async () => {
        const kinds = ['cache.purge', 'images.optimize', 'health.report'] as const
        for (let made = 0; made < 12; made += 1) await two.store.jobs.create(job(two.mine, {}, kinds[made % 3]))
        const leases: string[] = []
        // Each has its store, its clock, which goes forth and back, and its own idea of how far it is.
        const callers = [-5, 0, 5].map((minutes, index) => ({ store: index === 1 ? two.store : other, agentId: newId('agent'), minutes }))
        const turn = async ({ store, agentId, minutes }: (typeof callers)[number], round: number): Promise<void> => {
          const now = (10 + minutes + ((round * 7) % 5)) * minuteMs
          await store.jobs.tick(now, 3)
          const taken = await claim(store, now, agentId)
          if (!taken) return
          leases.push(`${taken.id} ${taken.epoch}`)
          if (round % 3 !== 0) await end(store, taken, now - round * leaseMs, agentId)
        }
        for (let round = 0; round < 15; round += 1) {
          await Promise.all(callers.map(caller => turn(caller, round)))
          const held = (await everything(page => two.store.jobs.list(two.mine.accountId, { kind: 'images.optimize' }, page))).filter(
            ({ state }) => state === 'offered',
          )
          assert.ok(held.length <= 1)
        }
        for (let now = 20 * minuteMs; now < 55 * minuteMs; now += minuteMs) {
          await other.jobs.tick(now, 100)
          for (let taken = await claim(other, now); taken; taken = await claim(other, now)) await end(other, taken, now, two.mine.agentId)
        }
        assert.deepEqual(leases.toSorted(), [...new Set(leases)].toSorted())
        const jobs = await everything(page => two.store.jobs.list(two.mine.accountId, {}, page))
        assert.deepEqual(
          jobs.filter(found => !isEnded(found)),
          [],
        )
        const events = await two.store.jobs.events(two.mine.accountId, { siteId: two.mine.siteId }, 0, 10_000)
        const ends = events.filter(({ type }) => ['job.succeeded', 'job.failed', 'job.expired', 'job.cancelled'].includes(type))
        assert.deepEqual(ends.map(({ jobId }) => String(jobId)).toSorted(), jobs.map(({ id }) => id).toSorted())
      },
    )
  })
}
