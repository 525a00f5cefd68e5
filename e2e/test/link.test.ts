import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { BothEnds, until } from './both-ends.ts'

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
    ends.startAgent(-7 * 86_400_000)
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
