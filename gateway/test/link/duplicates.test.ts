import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { newId } from '@platen/protocol'
import { GatewayFixture, purged, type Enrolled } from './gateway-fixture.ts'
import type { Connection } from './wire-agent.ts'

const result = { outcome: 'succeeded', effect: 'applied', result: purged, finishedAt: 1 } as const

describe('two processes with one identity', () => {
  let gateway: GatewayFixture
  let agent: Enrolled
  beforeEach(async () => {
    gateway = await GatewayFixture.open()
    agent = await gateway.enrol()
  })
  afterEach(() => gateway.close())

  /** A job that the agent runs, and the process that runs it. */
  const running = async (instanceId: string = newId('inst')) => {
    const connection = await gateway.welcomed(agent, { instanceId })
    const { id: jobId } = await gateway.queue(agent.siteId)
    const { attempt, epoch } = await connection.next('job.offer')
    const fence = { jobId, attempt, epoch }
    connection.send({ type: 'job.accept', ...fence })
    await gateway.until(async () => (await gateway.job(jobId)).state === 'running', 'running')
    return { connection, fence, instanceId }
  }

  it('change nothing about jobs, and are acknowledged nothing, apart from leases that they renew', async () => {
    const { connection: one, fence } = await running()
    const other = await gateway.welcomed(agent, { running: [fence] })
    const made = newId('job')
    const input = { everything: true, reason: 'button' }
    for (const each of [one, other]) {
      each.send({ type: 'job.progress', ...fence, done: 1, total: 2, note: 'whose?' })
      each.send({ type: 'job.result', ...fence, ...result, outcome: 'cancelled' })
      each.send({ type: 'job.wait', ...fence, child: { kind: 'health.report', input: {} }, effect: 'none' })
      each.send({ type: 'job.created', jobId: made, kind: 'cache.purge', input, origin: 'owner', createdAt: 5 })
      await heard(each)
      assert.deepEqual(each.frames, [])
    }
    const before = await leaseEnd(fence.jobId)
    await new Promise(resolve => setImmediate(resolve))
    one.send({ type: 'heartbeat', running: [fence] })
    await gateway.until(async () => (await leaseEnd(fence.jobId)) > before, 'renewed')
    assert.equal(await gateway.store.jobs.find(gateway.accountId, made), undefined)
    assert.equal(gateway.hints.filter(({ type }) => type === 'job progress').length, 0)
    assert.equal(gateway.counted('link_frames_refused', 'agent.duplicate'), 8)
  })

  it('are told apart by the end of one: the other starts over at once, and what it said meanwhile is heard then', async () => {
    const { connection: one, fence, instanceId } = await running()
    const other = await gateway.welcomed(agent)
    one.send({ type: 'job.result', ...fence, ...result })
    await heard(one)
    other.end()
    assert.equal(await one.closed, 4013)
    const again = await gateway.welcomed(agent, { instanceId, running: [fence] })
    again.send({ type: 'job.result', ...fence, ...result })
    assert.deepEqual(await again.next('job.ack'), { type: 'job.ack', of: 'result', ...fence })
    assert.equal((await gateway.job(fence.jobId)).state, 'succeeded')
  })

  it('leave what was on offer to the one that stays, also where that came later', async () => {
    const first = await gateway.welcomed(agent)
    const { id } = await gateway.queue(agent.siteId)
    await first.next('job.offer')
    const instanceId = newId('inst')
    const second = await gateway.welcomed(agent, { instanceId })
    first.end()
    assert.equal(await second.closed, 4013)
    const again = await gateway.welcomed(agent, { instanceId })
    assert.equal((await again.next('job.offer')).jobId, id)
  })

  it('do not undo what one had said before the other came, however slow the store', async test => {
    const { connection: one, fence } = await running()
    const { promise: goOn, resolve } = Promise.withResolvers<void>()
    const apply = gateway.store.jobs.apply.bind(gateway.store.jobs)
    const asked = test.mock.method(gateway.store.jobs, 'apply', async (...args: Parameters<typeof apply>) => {
      await goOn
      return apply(...args)
    })
    one.send({ type: 'job.progress', ...fence, done: 1, total: 2, note: '' })
    one.send({ type: 'job.result', ...fence, ...result })
    await gateway.until(() => asked.mock.callCount() === 1, 'a result that waits')
    await gateway.welcomed(agent)
    resolve()
    assert.equal((await one.next('job.ack')).refused, undefined)
    assert.equal((await gateway.job(fence.jobId)).state, 'succeeded')
  })

  it('stay two while one of them connects again', async () => {
    const { connection: one, fence } = await running()
    const instanceId = newId('inst')
    const before = await gateway.welcomed(agent, { instanceId })
    one.send({ type: 'job.result', ...fence, ...result })
    await heard(one)
    const again = await gateway.welcomed(agent, { instanceId })
    assert.equal(await before.closed, 4004)
    for (const each of [one, again]) {
      each.send({ type: 'job.result', ...fence, ...result })
      await heard(each)
      assert.deepEqual(each.frames, [])
    }
    assert.equal(gateway.events('link:duplicate_over').length, 0)
    assert.equal((await gateway.job(fence.jobId)).state, 'running')
  })

  const leaseEnd = async (jobId: string): Promise<number> => {
    const job = await gateway.job(jobId)
    return job.state === 'running' ? job.lease.expiresAt : 0
  }
})

/** Until what was sent before has taken effect, or none. */
async function heard(connection: Connection): Promise<void> {
  connection.send({ type: 'state.report', seq: Number.MAX_SAFE_INTEGER, full: false, facts: {} })
  await connection.next('state.resync')
}
