import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { newId } from '@platen/protocol'
import { localSilenceMs } from '../../src/domain/due.ts'
import type { Job, JobEnd } from '../../src/domain/job.ts'
import type { JobStore } from '../../src/ports/jobs.ts'
import type { NewPlace } from './store-place.ts'
import { everything, job, localJob, TwoAccounts } from './two-accounts.ts'
import { claimOne, say } from '../support/agent-words.ts'

const leaseMs = 90_000
const done: JobEnd = { outcome: 'succeeded', effect: 'applied', result: { summary: 'Done' } }

/** What every store of jobs does. Which state follows which is the machine's own test. */
export function conformJobs(newPlace: NewPlace): void {
  describe('the jobs of a store', () => {
    let two: TwoAccounts
    let jobs: JobStore
    beforeEach(async () => {
      two = await TwoAccounts.make(newPlace)
      jobs = two.store.jobs
    })
    afterEach(() => two.remove())

    const claim = (now = 0): Promise<Job | undefined> => claimOne(jobs, two.mine.siteId, two.mine.agentId, leaseMs, now)
    const tick = async (now: number, most: number): Promise<string[]> => [
      ...new Set((await jobs.tick(now, most)).map(step => step.job.siteId)),
    ]
    const stateOf = async ({ accountId, id }: Job): Promise<string | undefined> => (await jobs.find(accountId, id))?.state
    const accept = ({ siteId, id }: Job, epoch = 1, now = 1) =>
      say(jobs, { ...two.mine, siteId }, id, { type: 'accept', epoch, leaseMs }, now)

    it('are found as they were made, by their account only', async () => {
      const made = await two.queue(two.mine)
      assert.deepEqual(await jobs.find(two.mine.accountId, made.id), made)
      assert.equal(await jobs.find(two.theirs.accountId, made.id), undefined)
    })

    it('are made for sites of their account only', async () => {
      const crossed = job({ ...two.mine, accountId: two.theirs.accountId })
      await assert.rejects(jobs.create(crossed), { code: 'site.not_found' })
      assert.equal(await jobs.find(crossed.accountId, crossed.id), undefined)
      assert.equal(await claim(), undefined)
    })

    it('are cancelled by their account only', async () => {
      const made = await two.queue(two.mine)
      assert.equal(await jobs.cancel(two.theirs.accountId, made.id, 1), undefined)
      assert.equal(await stateOf(made), 'queued')
      assert.equal((await jobs.cancel(two.mine.accountId, made.id, 1))?.job.state, 'cancelled')
    })

    it('are cancelled again in vain but without harm, and not once they have ended otherwise', async () => {
      const [cancelled, ended] = [await two.queue(two.mine), await two.queue(two.mine)]
      await jobs.cancel(two.mine.accountId, cancelled.id, 1)
      assert.equal((await jobs.cancel(two.mine.accountId, cancelled.id, 2))?.job.state, 'cancelled')
      await claim()
      await say(jobs, two.mine, ended.id, { type: 'end', epoch: 1, end: done }, 1)
      await assert.rejects(jobs.cancel(two.mine.accountId, ended.id, 2), { code: 'job.finished' })
      assert.equal(await stateOf(ended), 'succeeded')
    })

    it('are listed by site, state and kind, and by all of them at once', async () => {
      const purge = await two.queue(two.mine)
      const { job: report } = await jobs.create(job(two.mine, {}, 'health.report'))
      await two.queue(two.theirs)
      await jobs.cancel(two.mine.accountId, report.id, 1)
      const ids = async (filter: Parameters<JobStore['list']>[1]): Promise<string[]> =>
        (await everything(page => jobs.list(two.mine.accountId, filter, page))).map(({ id }) => id)
      assert.deepEqual(await ids({}), [report.id, purge.id])
      assert.deepEqual(await ids({ kind: 'cache.purge' }), [purge.id])
      assert.deepEqual(await ids({ state: 'cancelled' }), [report.id])
      assert.deepEqual(await ids({ state: 'cancelled', kind: 'cache.purge' }), [])
      assert.deepEqual(await ids({ siteId: two.theirs.siteId }), [])
      assert.deepEqual(await ids({ siteId: two.mine.siteId, state: 'queued', kind: 'cache.purge' }), [purge.id])
    })

    it('are claimed by urgency and then by age, for their site, when their time has come', async () => {
      const later = await two.queue(two.mine, { notBefore: 50 })
      const { job: slow } = await jobs.create(job(two.mine, {}, 'images.optimize'))
      const [first, second] = [await two.queue(two.mine), await two.queue(two.mine)]
      await two.queue(two.theirs)
      const claimed = [await claim(), await claim(), await claim(), await claim(), await claim(50)].map(found => found?.id)
      assert.deepEqual(claimed, [first.id, second.id, slow.id, undefined, later.id])
    })

    it('are claimed by one of two that try at once', async () => {
      const other = await two.another()
      const made = await Promise.all(Array.from({ length: 4 }, () => two.queue(two.mine)))
      const stores = [jobs, other.jobs, jobs, other.jobs, jobs, other.jobs]
      const claimed = await Promise.all(stores.map(store => claimOne(store, two.mine.siteId, two.mine.agentId, leaseMs, 0)))
      await other.close()
      const ids = claimed.flatMap(found => (found ? [found.id] : []))
      assert.deepEqual(ids.toSorted(), made.map(({ id }) => id).toSorted())
    })

    it('are told again to the agent that has them, and to no other', async () => {
      const made = await two.queue(two.mine)
      await jobs.importLocal(localJob(two.mine))
      const lease = { agentId: two.mine.agentId, expiresAt: leaseMs }
      const offered = await claim()
      assert.deepEqual(offered, { ...withoutWait(made), state: 'offered', epoch: 1, attempt: 1, lease, cancelling: false })
      assert.deepEqual(await jobs.leased([two.mine.siteId], two.mine.agentId), [offered])
      assert.deepEqual(await jobs.leased([two.mine.siteId], two.theirs.agentId), [])
      assert.deepEqual(await jobs.leased([two.theirs.siteId], two.mine.agentId), [])
    })

    it('hear what agents of their site say, and nothing from another site', async () => {
      const made = await two.queue(two.mine)
      await claim()
      assert.equal(await accept({ ...made, siteId: two.theirs.siteId }), undefined)
      assert.equal(await stateOf(made), 'offered')
      assert.equal((await accept(made))?.accepted, true)
      assert.equal(await stateOf(made), 'running')
      assert.equal(await say(jobs, two.mine, newId('job'), { type: 'end', epoch: 1, end: done }, 1), undefined)
    })

    it('are left as they are by an epoch that is over', async () => {
      const made = await two.queue(two.mine)
      await claim()
      await jobs.tick(leaseMs, 10)
      await claim(leaseMs)
      const late = await say(jobs, two.mine, made.id, { type: 'end', epoch: 1, end: done }, leaseMs)
      assert.deepEqual([late?.accepted, await stateOf(made)], [false, 'offered'])
      const [event] = (await jobs.events(two.mine.accountId, { jobId: made.id }, 0, 100)).toReversed()
      assert.equal(event?.type, 'job.offered')
    })

    it('are looked at by the clock when something of them runs out, some at a time', async () => {
      for (let count = 0; count < 3; count += 1) await two.queue(two.mine, { queueDeadline: 10 })
      await two.queue(two.theirs, { queueDeadline: 20 })
      const expired = async (): Promise<number> =>
        (await everything(page => jobs.list(two.mine.accountId, { state: 'expired' }, page))).length
      assert.deepEqual(await tick(9, 10), [])
      assert.deepEqual([await tick(10, 2), await expired()], [[two.mine.siteId], 2])
      assert.deepEqual([await tick(10, 2), await expired()], [[two.mine.siteId], 3])
      assert.deepEqual(await tick(20, 10), [two.theirs.siteId])
      assert.deepEqual(await tick(30, 10), [])
    })

    it('run no longer than their deadline, however often their lease is renewed', async () => {
      const made = await two.queue(two.mine)
      await claim()
      await accept(made)
      const later = 3_600_000
      await say(jobs, two.mine, made.id, { type: 'renew', epoch: 1, leaseMs: 2 * later }, 2)
      await jobs.tick(later, 10)
      const found = await jobs.find(two.mine.accountId, made.id)
      assert.ok(found?.state === 'failed' && found.end.error?.code === 'job.deadline')
    })
  })

  describe('the jobs that were made at a site', () => {
    let two: TwoAccounts
    let jobs: JobStore
    beforeEach(async () => {
      two = await TwoAccounts.make(newPlace)
      jobs = two.store.jobs
    })
    afterEach(() => two.remove())

    it('are kept once, and stay as they are when they come again', async () => {
      const made = localJob(two.mine)
      assert.equal(await jobs.importLocal(made), true)
      assert.equal(await jobs.importLocal({ ...made, kind: 'cache.purge' }), true)
      assert.deepEqual(await jobs.find(two.mine.accountId, made.id), made)
    })

    it('can’t take the id of another site’s job', async () => {
      const taken = await two.queue(two.theirs)
      assert.equal(await jobs.importLocal(localJob(two.mine, taken.id)), false)
      assert.deepEqual(await jobs.find(two.theirs.accountId, taken.id), taken)
      assert.equal(await jobs.find(two.mine.accountId, taken.id), undefined)
    })

    it('are ended by their site alone, and for good', async () => {
      const { id } = localJob(two.mine)
      await jobs.importLocal(localJob(two.mine, id))
      assert.equal(await jobs.finishLocal(two.theirs.siteId, id, done, 9), 'unknown')
      assert.equal(await jobs.finishLocal(two.mine.siteId, id, done, 9), 'kept')
      const ended = await jobs.find(two.mine.accountId, id)
      assert.ok(ended?.state === 'succeeded' && ended.finishedAt === 9 && !('lease' in ended))
      assert.equal(await jobs.finishLocal(two.mine.siteId, id, { outcome: 'failed', effect: 'unknown' }, 10), 'kept')
      assert.deepEqual(await jobs.find(two.mine.accountId, id), ended)
    })

    it('are none of the platform’s: it can’t cancel them, and they can’t end its own', async () => {
      const local = localJob(two.mine)
      await jobs.importLocal(local)
      await assert.rejects(jobs.cancel(two.mine.accountId, local.id, 9), { code: 'job.local' })
      assert.deepEqual(await jobs.find(two.mine.accountId, local.id), local)
      const own = await two.queue(two.mine)
      assert.equal(await jobs.finishLocal(two.mine.siteId, own.id, done, 9), 'unknown')
    })

    it('are given up when their site has been away for too long to come back with their end', async () => {
      const local = localJob(two.mine)
      await jobs.importLocal(local)
      assert.deepEqual(await jobs.tick(4 + localSilenceMs, 10), [])
      assert.deepEqual(await jobs.find(two.mine.accountId, local.id), local)
      await jobs.tick(5 + localSilenceMs, 10)
      const lost = await jobs.find(two.mine.accountId, local.id)
      assert.ok(lost?.state === 'failed' && lost.end.error?.code === 'job.lost' && lost.end.effect === 'unknown')
      assert.equal(await jobs.finishLocal(two.mine.siteId, local.id, done, 6 + localSilenceMs), 'late')
      assert.deepEqual(await jobs.find(two.mine.accountId, local.id), lost)
    })

    it('that were lost at their site by its own word may be said so again: that is no late word', async () => {
      const local = localJob(two.mine)
      await jobs.importLocal(local)
      const error = { code: 'job.lost', message: 'The agent stopped while it ran the job.' } as const
      for (const at of [9, 10])
        assert.equal(await jobs.finishLocal(two.mine.siteId, local.id, { outcome: 'failed', effect: 'unknown', error }, at), 'kept')
    })
  })
}

function withoutWait(queued: Job): object {
  const { notBefore: _, ...rest } = queued as Job & { state: 'queued' }
  return rest
}
