import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { newId, PlatenError } from '@platen/protocol'
import { lostRun } from '../../src/domain/job-ends.ts'
import type { Job } from '../../src/domain/job.ts'
import { systemClock } from '../../src/system/system-clock.ts'
import { GatewayFixture, purged, type Enrolled } from './gateway-fixture.ts'

describe('jobs over the link', () => {
  let gateway: GatewayFixture
  let agent: Enrolled

  beforeEach(async () => {
    gateway = await GatewayFixture.open()
    agent = await gateway.enrol()
  })
  afterEach(() => gateway.close())

  const result = { outcome: 'succeeded', effect: 'applied', result: purged, finishedAt: 1 } as const

  it('wait for their agent, are offered with a grant, run, and end with an acknowledged result', async () => {
    const { id } = await gateway.queue(agent.siteId)
    const connection = await gateway.welcomed(agent)
    const offer = await connection.next('job.offer')
    assert.equal(offer.jobId, id)
    assert.ok(isSigned(gateway.signerRoot, offer.grant.certificate))
    const fence = { jobId: id, attempt: offer.attempt, epoch: offer.epoch }
    connection.send({ type: 'job.accept', ...fence })
    connection.send({ type: 'job.progress', ...fence, done: 1, total: 2, note: 'half' })
    await gateway.until(() => gateway.hints.some(hint => hint.type === 'job progress'), 'progress')
    assert.equal((await gateway.job(id)).state, 'running')
    connection.send({ type: 'job.result', ...fence, ...result })
    const ack = await connection.next('job.ack')
    assert.deepEqual(ack, { type: 'job.ack', of: 'result', ...fence })
    const job = await gateway.job(id)
    assert.equal(job.state, 'succeeded')
    assert.deepEqual(job.state === 'succeeded' && job.end.result, purged)
  })

  it('of a pool are granted to the agent that carries them out, whatever site they are about', async () => {
    const other = await gateway.enrol()
    await gateway.store.agents.assignPool(gateway.accountId, other.agentId, 'verifiers')
    const connection = await gateway.welcomed(other)
    const { id } = await gateway.queue(agent.siteId, { pool: 'verifiers' })
    const { jobId, grant } = await connection.next('job.offer')
    assert.equal(jobId, id)
    const granted = JSON.parse(Buffer.from(grant.payload, 'base64url').toString('utf8')) as Record<string, unknown>
    assert.deepEqual([granted['siteId'], granted['agentId']], [other.siteId, other.agentId])
  })

  it('whose site has no grants left for now keep none of other sites waiting', async () => {
    const neighbour = await gateway.enrol()
    const other = await gateway.welcomed(neighbour)
    const crowded = await gateway.welcomed(agent)
    gateway.signerFails = new PlatenError('rate.limited')
    const { id } = await gateway.queue(agent.siteId)
    await gateway.until(() => gateway.events('link:not_offered').length > 0, 'a refusal')
    gateway.signerFails = undefined
    const { id: theirs } = await gateway.queue(neighbour.siteId)
    assert.equal((await other.next('job.offer')).jobId, theirs)
    assert.equal((await gateway.job(id)).state, 'queued')
    assert.deepEqual(crowded.frames, [])
  })

  it('reach an agent that is connected already', async () => {
    const connection = await gateway.welcomed(agent)
    const { id } = await gateway.queue(agent.siteId)
    assert.equal((await connection.next('job.offer')).jobId, id)
  })

  describe('without the rounds, which would make up for a look that was left out', () => {
    const clock = {
      ...systemClock,
      after: (ms: number, call: () => void) => (ms === 1_000 ? () => {} : systemClock.after(ms, call)),
    }
    beforeEach(async () => {
      await gateway.close()
      gateway = await GatewayFixture.open({ clock })
      agent = await gateway.enrol()
    })

    it('come as others end, where there are more than an agent holds', async () => {
      const ids = new Set<string>()
      for (let job = 0; job < 20; job += 1) ids.add((await gateway.queue(agent.siteId)).id)
      const connection = await gateway.welcomed(agent)
      for (const offered = new Set<string>(); offered.size < ids.size;) {
        const { jobId, attempt, epoch } = await connection.next('job.offer')
        offered.add(jobId)
        connection.send({ type: 'job.accept', jobId, attempt, epoch })
        connection.send({ type: 'job.result', jobId, attempt, epoch, ...result })
      }
    })

    it('come when a heavy one has ended that kept them waiting, beside light ones that go on', async () => {
      const connection = await gateway.welcomed(agent, { capabilities: ['cache.purge', 'images.optimize'] })
      const heavy = { kind: 'images.optimize', input: {} }
      await gateway.queue(agent.siteId, heavy)
      const first = await connection.next('job.offer')
      for (let light = 0; light < 6; light += 1) await gateway.queue(agent.siteId)
      for (let light = 0; light < 6; light += 1) assert.equal((await connection.next('job.offer')).kind, 'cache.purge')
      const second = await gateway.queue(agent.siteId, heavy)
      const { jobId, attempt, epoch } = first
      const error = { code: 'policy.denied', message: 'no' }
      connection.send({ type: 'job.result', jobId, attempt, epoch, outcome: 'failed', effect: 'none', error, finishedAt: 1 })
      assert.equal((await connection.next('job.offer')).jobId, second.id)
    })

    it('come where they were hinted of before they were stored', async () => {
      const connection = await gateway.welcomed(agent)
      gateway.bus.publish({ type: 'job queued', place: agent.siteId })
      const { id } = await gateway.queue(agent.siteId)
      assert.equal((await connection.next('job.offer')).jobId, id)
    })
  })

  it('are offered to no other site’s agent', async () => {
    const other = await gateway.welcomed(await gateway.enrol())
    const own = await gateway.welcomed(agent)
    await gateway.queue(agent.siteId)
    await own.next('job.offer')
    assert.deepEqual(other.frames, [])
  })

  it('are recorded once when a result comes again after a restart of the gateway', async () => {
    const { id } = await gateway.queue(agent.siteId)
    const before = await gateway.welcomed(agent)
    const { attempt, epoch } = await before.next('job.offer')
    const fence = { jobId: id, attempt, epoch }
    before.send({ type: 'job.accept', ...fence })
    before.send({ type: 'job.result', ...fence, ...result })
    await gateway.until(async () => (await gateway.job(id)).state === 'succeeded', 'result')
    await gateway.leave()
    await gateway.listen()
    const after = await gateway.welcomed(agent, { running: [fence] })
    after.send({ type: 'job.result', ...fence, ...result })
    assert.deepEqual(await after.next('job.ack'), { type: 'job.ack', of: 'result', ...fence })
    const events = await gateway.store.jobs.events(gateway.accountId, { jobId: id }, 0, 100)
    assert.deepEqual(
      events.map(({ type }) => type),
      ['job.queued', 'job.offered', 'job.running', 'job.succeeded'],
    )
    assert.equal(gateway.counted('jobs_ended', 'succeeded'), 1)
  })

  it('are offered again, as the same attempt under a new lease, when the offer was lost with its connection', async () => {
    const { id } = await gateway.queue(agent.siteId)
    const before = await gateway.welcomed(agent)
    const lost = await before.next('job.offer')
    before.end()
    const after = await gateway.welcomed(agent)
    const again = await after.next('job.offer')
    assert.deepEqual([again.jobId, again.attempt, again.epoch], [id, lost.attempt, lost.epoch + 1])
  })

  it('are running when the agent holds what it accepted on a lost connection', async () => {
    const { id } = await gateway.queue(agent.siteId)
    const before = await gateway.welcomed(agent)
    const { attempt, epoch } = await before.next('job.offer')
    before.end()
    await gateway.welcomed(agent, { running: [{ jobId: id, attempt, epoch }] })
    await gateway.until(async () => (await gateway.job(id)).state === 'running', 'running')
  })

  it('tell the sender of a result under a lease that never was', async () => {
    const { id } = await gateway.queue(agent.siteId)
    const connection = await gateway.welcomed(agent)
    const { attempt, epoch } = await connection.next('job.offer')
    connection.send({ type: 'job.result', jobId: id, attempt, epoch: epoch + 7, ...result })
    assert.equal((await connection.next('job.ack')).refused, 'job.stale_epoch')
    assert.equal((await gateway.job(id)).state, 'offered')
  })

  it('tell the sender of a late result that its job is over, and stay as they are', async () => {
    const { id } = await gateway.queue(agent.siteId)
    const connection = await gateway.welcomed(agent)
    const { attempt, epoch } = await connection.next('job.offer')
    const fence = { jobId: id, attempt, epoch }
    connection.send({ type: 'job.accept', ...fence })
    await gateway.until(async () => (await gateway.job(id)).state === 'running', 'running')
    await gateway.store.jobs.tick(Date.now() + 3_600_000, 10)
    const over = await gateway.job(id)
    assert.ok(over.state === 'failed' && over.end.error?.code === 'job.deadline')
    connection.send({ type: 'job.result', ...fence, ...result })
    assert.equal((await connection.next('job.ack')).refused, 'job.stale_epoch')
    assert.deepEqual(await gateway.job(id), over)
    assert.equal(gateway.events('link:refused').length, 1)
  })

  it('that an agent can’t be given are over, counted and told of', async test => {
    const { notBefore: _notBefore, ...queued } = (await gateway.queue(agent.siteId)) as Job & { state: 'queued' }
    const lost = { ...queued, state: 'failed', finishedAt: 1, end: lostRun } as const
    const also = [{ job: lost, accepted: true, effects: [] }]
    test.mock.method(gateway.store.jobs, 'claim', async () => ({ jobs: [], also }))
    await gateway.welcomed(agent)
    await gateway.until(() => gateway.counted('jobs_ended', 'failed') > 0, 'counted')
    assert.ok(gateway.hints.some(hint => hint.type === 'site event' && hint.siteId === agent.siteId))
  })

  it('are stopped at the agent when its accept comes too late', async () => {
    const { id } = await gateway.queue(agent.siteId)
    const connection = await gateway.welcomed(agent)
    const { attempt, epoch } = await connection.next('job.offer')
    await gateway.store.jobs.cancel(gateway.accountId, id, 1)
    connection.send({ type: 'job.accept', jobId: id, attempt, epoch })
    assert.equal((await connection.next('job.cancel')).jobId, id)
  })

  it('are cancelled by a hint, and by a hint’s trace in the store where the agent was away', async () => {
    const { id } = await gateway.queue(agent.siteId)
    const connection = await gateway.welcomed(agent)
    const { attempt, epoch } = await connection.next('job.offer')
    const fence = { jobId: id, attempt, epoch }
    connection.send({ type: 'job.accept', ...fence })
    await gateway.until(async () => (await gateway.job(id)).state === 'running', 'running')
    await gateway.store.jobs.cancel(gateway.accountId, id, 1)
    gateway.bus.publish({ type: 'job cancelled', place: agent.siteId, ...fence })
    await connection.next('job.cancel')
    connection.end()
    const again = await gateway.welcomed(agent, { running: [fence] })
    assert.equal((await again.next('job.cancel')).jobId, id)
  })

  it('go back to the queue when they are declined for now, and fail when they are declined for good', async () => {
    const connection = await gateway.welcomed(agent)
    const first = await gateway.queue(agent.siteId)
    const { attempt, epoch } = await connection.next('job.offer')
    const decline = { type: 'job.decline', jobId: first.id, attempt, epoch, message: 'no' } as const
    connection.send({ ...decline, code: 'agent.busy', retryAfterMs: 60_000 })
    await gateway.until(async () => (await gateway.job(first.id)).state === 'queued', 'queued')
    assert.equal((await gateway.job(first.id)).attempt, 0)
    const second = await gateway.queue(agent.siteId)
    const offer = await connection.next('job.offer')
    connection.send({ ...decline, jobId: second.id, attempt: offer.attempt, epoch: offer.epoch, code: 'policy.denied' })
    await gateway.until(async () => (await gateway.job(second.id)).state === 'failed', 'failed')
  })

  it('fail with a code of the table when the result breaks its kind’s schema', async () => {
    const { id } = await gateway.queue(agent.siteId)
    const connection = await gateway.welcomed(agent)
    const { attempt, epoch } = await connection.next('job.offer')
    connection.send({ type: 'job.result', jobId: id, attempt, epoch, ...result, result: { html: '<script>' } })
    await connection.next('job.ack')
    const job = await gateway.job(id)
    assert.equal(job.state === 'failed' && job.end.error?.code, 'frame.invalid')
    assert.equal(job.state === 'failed' && job.end.effect, 'applied')
  })

  it('wait while the signer is away, and fail where it refuses', async () => {
    await gateway.welcomed(agent)
    gateway.signerFails = new PlatenError('signer.refused')
    const refused = await gateway.queue(agent.siteId)
    await gateway.until(async () => (await gateway.job(refused.id)).state === 'failed', 'failed')
    gateway.signerFails = new PlatenError('signer.unavailable')
    const waiting = await gateway.queue(agent.siteId)
    await gateway.until(async () => (await gateway.job(waiting.id)).reason !== undefined, 'reason')
    const job = await gateway.job(waiting.id)
    assert.deepEqual([job.state, job.reason?.code, job.attempt], ['queued', 'signer.unavailable', 0])
  })

  it('made at the site are stored once, and ended by a result without a lease', async () => {
    const connection = await gateway.welcomed(agent)
    const jobId = newId('job')
    const created = {
      type: 'job.created',
      jobId,
      kind: 'cache.purge',
      input: { everything: true, reason: 'button' },
      origin: 'owner',
      createdAt: 5,
    } as const
    connection.send(created)
    connection.send(created)
    assert.equal((await connection.next('job.ack')).refused, undefined)
    assert.equal((await connection.next('job.ack')).refused, undefined)
    assert.equal((await gateway.job(jobId)).origin, 'owner')
    connection.send({ type: 'job.result', jobId, attempt: 0, epoch: 0, ...result })
    await connection.next('job.ack')
    assert.equal((await gateway.job(jobId)).state, 'succeeded')
  })

  it('of the platform can’t be ended by a result without a lease, nor those of another site at all', async () => {
    const { id } = await gateway.queue(agent.siteId)
    const connection = await gateway.welcomed(agent)
    const { attempt, epoch } = await connection.next('job.offer')
    connection.send({ type: 'job.result', jobId: id, attempt: 0, epoch: 0, ...result })
    assert.equal((await connection.next('job.ack')).refused, 'job.not_found')
    const other = await gateway.welcomed(await gateway.enrol())
    other.send({ type: 'job.result', jobId: id, attempt, epoch, ...result })
    assert.equal((await other.next('job.ack')).refused, 'job.not_found')
    other.send({
      type: 'job.created',
      jobId: id,
      kind: 'cache.purge',
      input: { everything: true, reason: 'x' },
      origin: 'owner',
      createdAt: 5,
    })
    assert.equal((await other.next('job.ack')).refused, 'job.not_found')
    assert.equal((await gateway.job(id)).state, 'offered')
  })

  it('ask for a full state report after a gap', async () => {
    const connection = await gateway.welcomed(agent)
    connection.send({ type: 'state.report', seq: 5, full: false, facts: { busy: true } })
    await connection.next('state.resync')
    connection.send({ type: 'state.report', seq: 6, full: true, facts: { busy: true } })
    await gateway.until(async () => (await gateway.store.agents.resolve(agent.agentId))?.stateSeq === 6, 'report')
  })
})

function isSigned(root: string, { payload, signature }: { payload: string; signature: string }): boolean {
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: root }, format: 'jwk' })
  return verify(null, Buffer.from(payload), key, Buffer.from(signature, 'base64url'))
}
