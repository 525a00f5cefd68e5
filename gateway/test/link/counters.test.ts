import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { Job } from '../../src/domain/job.ts'
import { GatewayFixture, purged, type Enrolled } from './gateway-fixture.ts'
import { ManualClock } from './manual-clock.ts'
import type { Connection } from './wire-agent.ts'

describe('the counters of jobs', () => {
  let gateway: GatewayFixture
  let agent: Enrolled
  let connection: Connection
  let clock: ManualClock

  beforeEach(async () => {
    clock = new ManualClock()
    gateway = await GatewayFixture.open({ clock })
    agent = await gateway.enrol()
    connection = await gateway.welcomed(agent)
  })
  afterEach(async () => {
    const going = setInterval(() => clock.advance(100), 1)
    await gateway.close().finally(() => clearInterval(going))
  })

  type Fence = { readonly jobId: string; readonly attempt: number; readonly epoch: number }
  /** A job that is on offer to the agent. */
  const offered = async (): Promise<Fence> => {
    const { id: jobId } = await gateway.queue(agent.siteId)
    const { attempt, epoch } = await connection.next('job.offer')
    return { jobId, attempt, epoch }
  }
  const is = ({ jobId }: Pick<Fence, 'jobId'>, state: Job['state']): Promise<void> =>
    gateway.until(async () => (await gateway.job(jobId)).state === state, state)
  const ended = (): Record<string, number> =>
    Object.fromEntries(['succeeded', 'failed', 'cancelled', 'expired'].map(state => [state, gateway.counted('jobs_ended', state)]))
  const none = { succeeded: 0, failed: 0, cancelled: 0, expired: 0 }
  const total = (counts: Record<string, number>): number => Object.values(counts).reduce((sum, count) => sum + count, 0)
  /** So many ends are counted, and no others: the count follows the commit. */
  const counts = async (expected: Partial<typeof none>): Promise<void> => {
    await gateway.until(() => total(ended()) >= total(expected as Record<string, number>), 'counted')
    assert.deepEqual(ended(), { ...none, ...expected })
  }

  it('tell of declines by their code, and of codes that are none as one', async () => {
    for (const code of ['agent.busy', 'agent.busy', 'owner.quiet_hours', 'made.up']) {
      const fence = await offered()
      connection.send({ type: 'job.decline', ...fence, code, message: 'no', retryAfterMs: 3_600_000 })
      await is(fence, 'queued')
    }
    await gateway.until(() => gateway.events('link:declined').length === 4, 'told of')
    assert.equal(gateway.counted('jobs_declined', 'agent.busy'), 2)
    assert.equal(gateway.counted('jobs_declined', 'owner.quiet_hours'), 1)
    assert.equal(gateway.counted('jobs_declined', 'internal'), 1)
    assert.equal(gateway.counted('jobs_declined', 'made.up'), 0)
    assert.deepEqual(ended(), none)
  })

  it('tell of no decline where the agent has taken the offer before', async () => {
    connection.send({ type: 'job.decline', ...(await offered()), code: 'grant.replayed', message: 'no' })
    connection.send({ type: 'state.report', seq: 9, full: false, facts: {} })
    await connection.next('state.resync')
    assert.equal(gateway.counted('jobs_declined', 'grant.replayed'), 0)
  })

  it('tell of the ends that agents report, by their state', async () => {
    const well = await offered()
    connection.send({ type: 'job.result', ...well, outcome: 'succeeded', effect: 'applied', result: purged, finishedAt: 1 })
    await is(well, 'succeeded')
    await counts({ succeeded: 1 })
    const ill = await offered()
    const error = { code: 'path.outside', message: 'no' }
    connection.send({ type: 'job.result', ...ill, outcome: 'failed', effect: 'none', error, finishedAt: 1 })
    await is(ill, 'failed')
    await counts({ succeeded: 1, failed: 1 })
    const stopped = await offered()
    connection.send({ type: 'job.result', ...stopped, outcome: 'cancelled', effect: 'none', finishedAt: 1 })
    await is(stopped, 'cancelled')
    await counts({ succeeded: 1, failed: 1, cancelled: 1 })
  })

  it('tell of a job as failed whose agent declines it for good', async () => {
    const fence = await offered()
    connection.send({ type: 'job.decline', ...fence, code: 'policy.denied', message: 'no' })
    await is(fence, 'failed')
    await counts({ failed: 1 })
  })

  it('tell of a job that the clock ended', async () => {
    connection.end()
    const { id } = await gateway.queue(agent.siteId)
    clock.set(3_600_000)
    await gateway.until(async () => {
      clock.advance(1_000)
      return (await gateway.job(id)).state === 'expired'
    }, 'expired')
    await counts({ expired: 1 })
  })
})
