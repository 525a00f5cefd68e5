import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { kinds, limits, newId } from '@platen/protocol'
import { GatewayFixture, type Enrolled } from './gateway-fixture.ts'
import { ManualClock } from './manual-clock.ts'
import type { Connection } from './wire-agent.ts'

/** Kinds whose inputs and results are of any shape, so that nothing but the bounds refuses them. */
const catalog = { kinds, inputs: { 'cache.purge': () => true }, results: { 'cache.purge': () => true } }

/** An object whose JSON has so many bytes, and fewer characters. */
function sized(bytes: number): { text: string } {
  const left = bytes - Buffer.byteLength(JSON.stringify({ text: '' }))
  return { text: 'é'.repeat(Math.floor(left / 2)) + 'x'.repeat(left % 2) }
}

describe('the bounds of what an agent says of jobs', () => {
  let gateway: GatewayFixture
  let agent: Enrolled
  let connection: Connection
  let clock: ManualClock

  beforeEach(async () => {
    clock = new ManualClock()
    gateway = await GatewayFixture.open({ catalog, clock })
    agent = await gateway.enrol()
    connection = await gateway.welcomed(agent)
  })
  afterEach(async () => {
    const going = setInterval(() => clock.advance(100), 1)
    await gateway.close().finally(() => clearInterval(going))
  })

  /** What becomes of a job with that result. */
  const endedWith = async (result: object): ReturnType<GatewayFixture['job']> => {
    const { id } = await gateway.queue(agent.siteId)
    const { attempt, epoch } = await connection.next('job.offer')
    const said = { outcome: 'succeeded', effect: 'applied', finishedAt: 1 } as const
    connection.send({ type: 'job.result', jobId: id, attempt, epoch, ...said, result })
    await connection.next('job.ack')
    return gateway.job(id)
  }

  it('keep a result of as many bytes as one may have', async () => {
    const result = sized(limits.job.resultBytes)
    const job = await endedWith(result)
    assert.deepEqual(job.state === 'succeeded' && job.end.result, result)
  })

  it('have a job fail whose result has a byte more, with what it did to the site', async () => {
    const job = await endedWith(sized(limits.job.resultBytes + 1))
    assert.ok(job.state === 'failed')
    assert.deepEqual([job.end.error?.code, job.end.effect, job.end.result], ['frame.invalid', 'applied', undefined])
    assert.match(job.end.error?.message ?? '', /too large/)
  })

  it('keep a job made at the site with as large an input as one may have, and refuse one with a byte more', async () => {
    const create = async (bytes: number): Promise<readonly [jobId: string, refused: string | undefined]> => {
      const jobId = newId('job')
      connection.send({ type: 'job.created', jobId, kind: 'cache.purge', input: sized(bytes), origin: 'owner', createdAt: 5 })
      return [jobId, (await connection.next('job.ack')).refused]
    }
    const [kept, taken] = await create(limits.job.inputBytes)
    assert.equal(taken, undefined)
    assert.deepEqual((await gateway.job(kept)).input, sized(limits.job.inputBytes))
    const [jobId, refused] = await create(limits.job.inputBytes + 1)
    assert.equal(refused, 'input.too_large')
    assert.equal(await gateway.store.jobs.find(gateway.accountId, jobId), undefined)
    assert.equal(gateway.counted('link_frames_refused', 'input.too_large'), 1)
  })

  for (const [asked, waitMs] of [
    [0, 1_000],
    [999, 1_000],
    [2_500, 2_500],
  ] as const) {
    it(`let a declined job wait for ${waitMs} ms where its agent asks for ${asked}`, async () => {
      const { id } = await gateway.queue(agent.siteId)
      const { attempt, epoch } = await connection.next('job.offer')
      const decline = { type: 'job.decline', jobId: id, attempt, epoch, code: 'agent.busy', message: 'no' } as const
      connection.send({ ...decline, retryAfterMs: asked })
      await gateway.until(async () => (await gateway.job(id)).state === 'queued', 'queued')
      const job = await gateway.job(id)
      assert.equal(job.state === 'queued' && job.notBefore - clock.now(), waitMs)
    })
  }
})
