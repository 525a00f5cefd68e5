import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it, type TestContext } from 'node:test'
import type { GatewayFrame } from '@platen/protocol'
import { memoryBus } from '../../src/bus/memory-bus.ts'
import { hintsOf } from '../../src/domain/hint.ts'
import type { Bus } from '../../src/ports/bus.ts'
import { systemClock } from '../../src/system/system-clock.ts'
import { GatewayFixture, purged, type Enrolled } from './gateway-fixture.ts'
import type { Connection } from './wire-agent.ts'

/** Without the rounds, which would make up for an agent that was not woken. */
const clock = {
  ...systemClock,
  after: (ms: number, call: () => void) => (ms === 1_000 ? () => {} : systemClock.after(ms, call)),
}
const pool = 'verifiers'
const result = { outcome: 'succeeded', effect: 'applied', result: purged, finishedAt: 1 } as const

describe('a pool', () => {
  let gateway: GatewayFixture
  let siteId: string
  /** Whether hints are lost. */
  let isMute = false
  beforeEach(async () => {
    const whole = memoryBus({ info: () => {}, warn: () => {}, error: () => {} })
    const bus: Bus = { ...whole, publish: hint => void (isMute || whole.publish(hint)) }
    gateway = await GatewayFixture.open({ clock, bus })
    siteId = (await gateway.enrol()).siteId
  })
  afterEach(() => gateway.close())

  const enrolled = async (): Promise<Enrolled> => {
    const agent = await gateway.enrol()
    await gateway.store.agents.assignPool(gateway.accountId, agent.agentId, pool)
    return agent
  }
  /** Agents of the pool that have looked for jobs and found none. */
  const idle = async (count: number, capabilities = ['cache.purge']): Promise<Connection[]> => {
    const connections: Connection[] = []
    for (let at = 0; at < count; at += 1) connections.push(await gateway.welcomed(await enrolled(), { capabilities }))
    await gateway.store.healthy()
    return connections
  }
  const claims = (test: TestContext) => {
    const claim = gateway.store.jobs.claim.bind(gateway.store.jobs)
    return test.mock.method(gateway.store.jobs, 'claim', (...args: Parameters<typeof claim>) => claim(...args)).mock
  }
  const offers = (connections: readonly Connection[]): (GatewayFrame & { type: 'job.offer' })[] =>
    connections.flatMap(({ frames }) => frames.filter(frame => frame.type === 'job.offer'))

  it('hears of a cancelled job in the agent alone that has it', async () => {
    const connections = await idle(3)
    const jobs = [await gateway.queue(siteId, { pool }), await gateway.queue(siteId, { pool })]
    await gateway.until(() => offers(connections).length === jobs.length, 'offers')
    for (const { id } of jobs) {
      const step = await gateway.store.jobs.cancel(gateway.accountId, id, clock.now())
      for (const hint of hintsOf(step ? [step] : [])) gateway.bus.publish(hint)
    }
    for (const connection of connections)
      for (const { jobId, attempt, epoch } of offers([connection])) {
        assert.equal((await connection.next('job.cancel')).jobId, jobId)
        connection.send({ type: 'job.result', jobId, attempt, epoch, outcome: 'cancelled', effect: 'none', finishedAt: 1 })
        await connection.next('job.ack')
      }
    assert.deepEqual(
      connections.flatMap(({ frames }) => frames.filter(({ type }) => type === 'job.cancel')),
      [],
    )
  })

  it('is not told of a job that nobody has any more: who goes on with it hears when it renews its lease', async () => {
    const [connection] = (await idle(1)) as [Connection]
    const { id: jobId } = await gateway.queue(siteId, { pool })
    const { attempt, epoch } = await connection.next('job.offer')
    const running = [{ jobId, attempt, epoch }]
    connection.send({ type: 'job.accept', jobId, attempt, epoch })
    await gateway.until(async () => (await gateway.job(jobId)).state === 'running', 'running')
    await gateway.store.jobs.tick(clock.now() + 3_600_000, 1)
    gateway.bus.publish({ type: 'job cancelled', jobId, place: `pool:${pool}`, attempt, epoch })
    connection.send({ type: 'state.report', seq: 5, full: false, facts: {} })
    await connection.next('state.resync')
    assert.deepEqual(connection.frames, [])
    connection.send({ type: 'heartbeat', running })
    assert.equal((await connection.next('job.cancel')).reason, 'job.stale_epoch')
  })

  it('is asked in one agent whether it takes a job, which is the one that has least to do', async test => {
    const connections = await idle(6)
    const looks = claims(test)
    for (let job = 1; job <= 6; job += 1) {
      await gateway.queue(siteId, { pool })
      await gateway.until(() => offers(connections).length === job, `offer ${job}`)
    }
    assert.ok(looks.callCount() <= 6, `${looks.callCount()} looks at the store`)
    assert.deepEqual(
      connections.map(connection => offers([connection]).length),
      [1, 1, 1, 1, 1, 1],
    )
  })

  it('takes many jobs at once in all its agents, though it is hinted of them once', async () => {
    const connections = await idle(4)
    isMute = true
    for (let job = 0; job < 32; job += 1) await gateway.queue(siteId, { pool })
    isMute = false
    gateway.bus.publish({ type: 'job queued', place: `pool:${pool}` })
    await gateway.until(() => offers(connections).length === 32, 'offers')
  })

  it('is asked in one of those that can do each different thing', async () => {
    await idle(3)
    const able = await idle(2, ['images.optimize'])
    await gateway.queue(siteId, { pool, kind: 'images.optimize', input: {} })
    await gateway.until(() => offers(able).length === 1, 'an offer')
  })

  it('whose agents are all full takes the next job as soon as one has room', async () => {
    const connections = await idle(2)
    for (let job = 0; job < 17; job += 1) await gateway.queue(siteId, { pool })
    await gateway.until(() => offers(connections).length === 16, 'full')
    const [one] = connections as [Connection]
    for (let job = 0; job < 5; job += 1) {
      const { jobId, attempt, epoch } = await one.next('job.offer')
      one.send({ type: 'job.result', jobId, attempt, epoch, ...result })
    }
    await gateway.until(() => offers(connections).length === 12, 'the last one')
  })
})
