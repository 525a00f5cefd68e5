import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { limits } from '@platen/protocol'
import { ManualClock } from '../../gateway/test/link/manual-clock.ts'
import { BothEnds, siteClock, until } from './both-ends.ts'

describe('agent and gateway, both ends of the link', () => {
  let ends: BothEnds

  beforeEach(async () => {
    ends = await BothEnds.make()
  })
  afterEach(() => ends.remove())

  it('carry a hundred jobs from the queue to their results', async () => {
    ends.startAgent()
    const ids = await Promise.all(Array.from({ length: 100 }, () => ends.queue()))
    for (const id of ids) await until(async () => (await ends.stateOf(id)) === 'succeeded', 'succeeded')
    await until(() => ends.journal.waiting() === 0, 'outbox empty')
    assert.deepEqual(ends.jobs.ran.toSorted(), ids.toSorted())
  })

  it('lose nothing and record nothing twice when the gateway restarts again and again', async () => {
    ends.startAgent()
    const ids: string[] = []
    for (let restarts = 0; restarts < 5; restarts += 1) {
      ids.push(...(await Promise.all([ends.queue(), ends.queue(), ends.queue(), ends.queue()])))
      await until(() => ends.jobs.ran.length > restarts * 2, 'some ran')
      await ends.stopGateway()
      await ends.startGateway()
    }
    for (const id of ids) await until(async () => (await ends.stateOf(id)) === 'succeeded', 'succeeded')
    await until(() => ends.journal.waiting() === 0, 'outbox empty')
    assert.deepEqual(ends.jobs.ran.toSorted(), ids.toSorted())
    for (const id of ids) {
      const events = await ends.store.jobs.events(ends.accountId, { jobId: id }, 0, 100)
      assert.equal(events.filter(({ type }) => type === 'job.succeeded').length, 1)
    }
  })

  it('find each other where the site’s clock is a week off', async () => {
    ends.startAgent(siteClock(-7 * 86_400_000))
    const id = await ends.queue()
    await until(async () => (await ends.stateOf(id)) === 'succeeded', 'succeeded')
  })

  it('part for good when the site is enrolled anew', async () => {
    ends.startAgent()
    await until(() => ends.link?.state.state === 'open', 'open')
    await ends.enrol()
    await until(() => ends.link?.state.state === 'refused', 'refused')
    assert.match(ends.link?.state.lastClose ?? '', /4003 agent\.revoked/)
  })

  it('part until the slot of a goodbye', async () => {
    ends.startAgent()
    await until(() => ends.link?.state.state === 'open', 'open')
    await ends.stopGateway(60_000)
    await until(() => ends.link?.state.state === 'waiting', 'waiting')
    const state = ends.link?.state
    assert.ok(state?.state === 'waiting' && state.until - Date.now() > 55_000)
    await ends.startGateway()
  })
})

describe('a run that takes longer than a lease', () => {
  it('stays leased by heartbeats, and is done once', { timeout: 60_000 }, async test => {
    const clock = new ManualClock()
    // It stands still, and what is queued by the machine's clock must not be of a later time.
    clock.set(20_000)
    const ends = await BothEnds.make({ clock })
    test.after(async () => {
      // A gateway that leaves waits by its clock.
      const going = setInterval(() => clock.advance(100), 1)
      await ends.remove().finally(() => clearInterval(going))
    })
    ends.jobs.holds = true
    ends.startAgent({ now: () => clock.now(), monotonic: () => clock.now(), after: (ms, call) => clock.after(ms, call), random: () => 0 })
    await ends.linkIs('open')
    const id = await ends.queue()
    const job = () => ends.store.jobs.find(ends.accountId, id)
    await until(async () => (await job())?.state === 'running', 'running')
    for (let passed = 0; passed < 2 * limits.job.leaseMs; passed += limits.link.heartbeatMs) {
      clock.advance(limits.link.heartbeatMs)
      await until(async () => {
        const now = await job()
        return now?.state === 'running' && now.lease.expiresAt >= clock.now() + limits.job.leaseMs - 1_000
      }, 'renewed')
    }
    ends.jobs.finish()
    await until(async () => (await ends.stateOf(id)) === 'succeeded', 'succeeded')
    assert.deepEqual(ends.jobs.ran, [id])
    const { attempt, epoch } = (await job()) ?? {}
    assert.deepEqual([attempt, epoch], [1, 1])
  })
})
