import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { newId } from '@platen/protocol'
import { localSilenceMs } from '../../src/domain/due.ts'
import { GatewayFixture, purged, type Enrolled } from './gateway-fixture.ts'
import { ManualClock } from './manual-clock.ts'
import type { Connection } from './wire-agent.ts'

const input = { everything: true, reason: 'button' }
const inputBytes = Buffer.byteLength(JSON.stringify(input))
const resultBytes = Buffer.byteLength(JSON.stringify(purged))
const dayMs = 86_400_000

describe('jobs that a site makes by itself', { timeout: 60_000 }, () => {
  let clock: ManualClock
  let gateway: GatewayFixture
  let agent: Enrolled
  let connection: Connection
  const open = async (created: object): Promise<void> => {
    clock = new ManualClock()
    // The beginning of a day, so that no midnight comes by chance.
    clock.set(dayMs - (clock.now() % dayMs))
    gateway = await GatewayFixture.open({ clock, created })
    agent = await gateway.enrol()
    connection = await gateway.welcomed(agent)
  }
  afterEach(() => Promise.all([gateway.close(), clock.pass(10_000)]))

  const create = async (of: Connection = connection, jobId: string = newId('job')): Promise<{ jobId: string; refused?: string }> => {
    of.send({ type: 'job.created', jobId, kind: 'cache.purge', input, origin: 'owner', createdAt: 5 })
    const { refused } = await of.next('job.ack')
    return { jobId, ...(refused === undefined ? {} : { refused }) }
  }
  const finish = async (jobId: string): Promise<string | undefined> => {
    const result = { outcome: 'succeeded', effect: 'applied', result: purged, finishedAt: 1 } as const
    connection.send({ type: 'job.result', jobId, attempt: 0, epoch: 0, ...result })
    return (await connection.next('job.ack')).refused
  }

  describe('more of them than a day has room for', () => {
    beforeEach(() => open({ perDay: 3 }))

    it('are refused with a code, counted, and logged once; the next day has room again', async () => {
      for (let job = 0; job < 3; job += 1) assert.equal((await create()).refused, undefined)
      const refused = [await create(), await create()]
      assert.deepEqual(
        refused.map(each => each.refused),
        ['rate.limited', 'rate.limited'],
      )
      assert.equal(await gateway.store.jobs.find(gateway.accountId, refused[0]?.jobId ?? ''), undefined)
      assert.equal(await finish(refused[0]?.jobId ?? ''), 'job.not_found')
      assert.equal(gateway.counted('link_frames_surplus', 'job.created'), 2)
      assert.deepEqual(
        gateway.events('link:day_spent').map(({ members }) => members['agentId']),
        [agent.agentId],
      )
      clock.set(dayMs)
      assert.equal((await create()).refused, undefined)
    })

    it('take nothing from other sites', async () => {
      const other = await gateway.welcomed(await gateway.enrol())
      for (let job = 0; job < 4; job += 1) await create()
      assert.equal((await create(other)).refused, undefined)
    })

    it('are answered as before where they are told of again, and take no room for it, also when the day is spent', async () => {
      const { jobId } = await create()
      await create(connection, jobId)
      await create(connection, jobId)
      assert.equal((await create()).refused, undefined)
      assert.equal((await create()).refused, undefined)
      assert.equal((await create()).refused, 'rate.limited')
      assert.equal((await create(connection, jobId)).refused, undefined)
      assert.equal(gateway.counted('link_frames_surplus', 'job.created'), 1)
    })

    it('take no room under the id of a job of another site', async () => {
      const other = await gateway.enrol()
      const { jobId } = await create(await gateway.welcomed(other))
      for (let time = 0; time < 4; time += 1) assert.equal((await create(connection, jobId)).refused, 'job.not_found')
      assert.equal((await create()).refused, undefined)
    })

    it('leave those alone that were made before', async () => {
      const { jobId } = await create()
      for (let job = 0; job < 3; job += 1) await create()
      assert.equal(await finish(jobId), undefined)
      const job = await gateway.job(jobId)
      assert.deepEqual(job.state === 'succeeded' && job.end.result, purged)
    })
  })

  describe('larger ones than a day has room for', () => {
    beforeEach(() => open({ bytesPerDay: 3 * inputBytes + resultBytes }))

    it('are refused, and of those that were made before the end is kept without what it brought', async () => {
      const [one, other] = [await create(), await create()]
      assert.equal(await finish(one.jobId), undefined)
      assert.equal(await finish(other.jobId), undefined)
      assert.equal((await create()).refused, undefined)
      assert.equal((await create()).refused, 'rate.limited')
      const ends = await Promise.all([one, other].map(async ({ jobId }) => gateway.job(jobId)))
      assert.deepEqual(
        ends.map(job => job.state === 'succeeded' && [job.end.effect, job.end.result]),
        [
          ['applied', purged],
          ['applied', undefined],
        ],
      )
      assert.equal(gateway.events('link:day_spent').length, 1)
    })

    it('take no room a second time where they are told of twice', async () => {
      const { jobId } = await create()
      await finish(jobId)
      await finish(jobId)
      assert.equal((await create()).refused, undefined)
      assert.equal((await create()).refused, undefined)
    })
  })

  describe('whose input is none of their kind', () => {
    beforeEach(() => open({}))

    const ask = async (of: Connection): Promise<string | undefined> => {
      of.send({ type: 'job.created', jobId: newId('job'), kind: 'cache.purge', input: {}, origin: 'owner', createdAt: 5 })
      return (await of.next('job.ack')).refused
    }

    it('are logged with their agent: however many one of them makes, what others make is told of', async () => {
      const other = await gateway.enrol()
      const others = await gateway.welcomed(other)
      for (let job = 0; job < 11; job += 1) assert.equal(await ask(connection), 'input.invalid')
      assert.equal(await ask(others), 'input.invalid')
      const told = gateway.events('link:job_refused').map(({ members }) => members['agentId'])
      assert.deepEqual(told, [...Array.from({ length: 10 }, () => agent.agentId), other.agentId])
    })
  })

  describe('that were given up', () => {
    beforeEach(() => open({}))

    it('can’t be ended any more: their agent is told that its word comes too late, and the first end stands', async () => {
      const { jobId } = await create()
      await gateway.store.jobs.tick(clock.now() + localSilenceMs, 10)
      const lost = await gateway.job(jobId)
      assert.equal(lost.state === 'failed' && lost.end.error?.code, 'job.lost')
      assert.equal(await finish(jobId), 'job.stale_epoch')
      assert.deepEqual(await gateway.job(jobId), lost)
      assert.equal(gateway.counted('link_frames_refused', 'job.stale_epoch'), 1)
    })
  })

  describe('faster than any site has use for', () => {
    beforeEach(() => open({ burst: 2 }))

    it('end the connection', async () => {
      for (let job = 0; job < 3; job += 1)
        connection.send({ type: 'job.created', jobId: newId('job'), kind: 'cache.purge', input, origin: 'owner', createdAt: 5 })
      assert.equal(await connection.closed, 4008)
    })
  })
})
