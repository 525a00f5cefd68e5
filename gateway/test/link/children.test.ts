import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { kinds, PlatenError, type AgentFrame, type GatewayFrame } from '@platen/protocol'
import { inputValidators } from '@platen/protocol/validators/inputs'
import { resultValidators } from '@platen/protocol/validators/results'
import type { Job } from '../../src/domain/job.ts'
import { GatewayFixture, purged, type Enrolled } from './gateway-fixture.ts'
import type { Connection } from './wire-agent.ts'

type Offer = Extract<GatewayFrame, { type: 'job.offer' }>
type Wish = Extract<AgentFrame, { type: 'job.wait' }>['child']

const bill = { cpuMs: 1, peakRssBytes: 2, wallMs: 3, readBytes: 4, writtenBytes: 5, savedBytes: 6 }
const child: Wish = { kind: 'cache.purge', input: { everything: true, reason: 'its parent' } }

/** A gateway whose purges may ask for another purge, and a site whose agent was offered one. */
async function offered(test: TestContext): Promise<{ gateway: GatewayFixture; agent: Enrolled; connection: Connection; offer: Offer }> {
  const parents = kinds.map(kind => (kind.name === 'cache.purge' ? { ...kind, children: ['cache.purge'] } : kind))
  const gateway = await GatewayFixture.open({ catalog: { kinds: parents, inputs: inputValidators, results: resultValidators } })
  test.after(() => gateway.close())
  const agent = await gateway.enrol()
  const connection = await gateway.welcomed(agent)
  await gateway.queue(agent.siteId)
  return { gateway, agent, connection, offer: await connection.next('job.offer') }
}

/** Asks for a child under an offer's fence. What is answered. */
async function wait(connection: Connection, { jobId, attempt, epoch }: Offer, wish: Wish = child): Promise<string | undefined> {
  connection.send({ type: 'job.wait', jobId, attempt, epoch, child: wish, effect: 'none', bill })
  const ack = await connection.next('job.ack')
  assert.deepEqual([ack.jobId, ack.of, ack.attempt, ack.epoch], [jobId, 'wait', attempt, epoch])
  return ack.refused
}

/** Reports that an offer's run has succeeded. */
async function succeed(connection: Connection, { jobId, attempt, epoch }: Offer): Promise<void> {
  connection.send({ type: 'job.result', jobId, attempt, epoch, outcome: 'succeeded', effect: 'applied', result: purged, finishedAt: 1 })
  assert.equal((await connection.next('job.ack')).refused, undefined)
}

async function childrenOf(gateway: GatewayFixture, { jobId }: Offer): Promise<readonly Job[]> {
  const { items } = await gateway.store.jobs.list(gateway.accountId, {}, { limit: 100 })
  return items.filter(({ parentId }) => parentId === jobId)
}

describe('a job that asks for another one', () => {
  it('waits without a lease for a child of its account, its site and its origin, and goes on with what became of it', async test => {
    const { gateway, agent, connection, offer } = await offered(test)
    assert.equal(await wait(connection, offer), undefined)
    const [made, ...more] = await childrenOf(gateway, offer)
    assert.ok(made && more.length === 0)
    const { accountId, siteId, origin, pool, kind, input } = made
    const wanted = { accountId: gateway.accountId, siteId: agent.siteId, origin: 'platform', pool: undefined, ...child }
    assert.deepEqual({ accountId, siteId, origin, pool, kind, input }, wanted)
    const parent = await gateway.job(offer.jobId)
    assert.ok(parent.state === 'waiting' && parent.childId === made.id && !('lease' in parent))
    assert.deepEqual(parent.bill, bill)

    const childOffer = await connection.next('job.offer')
    assert.deepEqual([childOffer.jobId, childOffer.child], [made.id, undefined])
    await succeed(connection, childOffer)
    const again = await connection.next('job.offer')
    assert.deepEqual([again.jobId, again.attempt, again.epoch], [offer.jobId, offer.attempt, offer.epoch + 1])
    assert.deepEqual(again.child, { jobId: made.id, state: 'succeeded', result: purged })
    await succeed(connection, again)
    assert.equal((await gateway.job(offer.jobId)).state, 'succeeded')
  })

  it('has it carried out by the pool that it names, about the site of its own', async test => {
    const { gateway, agent, connection, offer } = await offered(test)
    const verifier = await gateway.enrol()
    await gateway.store.agents.assignPool(gateway.accountId, verifier.agentId, 'verifiers')
    const pool = await gateway.welcomed(verifier)
    assert.equal(await wait(connection, offer, { ...child, pool: 'verifiers' }), undefined)
    const childOffer = await pool.next('job.offer')
    const made = await gateway.job(childOffer.jobId)
    assert.deepEqual([made.siteId, made.pool, made.parentId], [agent.siteId, 'verifiers', offer.jobId])
    await succeed(pool, childOffer)
    assert.equal((await connection.next('job.offer')).child?.jobId, made.id)
  })

  it('is given no second child for a wish that comes again, and the same answer', async test => {
    const { gateway, connection, offer } = await offered(test)
    for (let turn = 0; turn < 3; turn += 1) assert.equal(await wait(connection, offer), undefined)
    const childOffer = await connection.next('job.offer')
    assert.equal(await wait(connection, offer), undefined)
    assert.equal((await childrenOf(gateway, offer)).length, 1)
    await succeed(connection, childOffer)
    // Under its next lease, what it says of the one before is too late.
    await connection.next('job.offer')
    assert.equal(await wait(connection, offer), 'job.stale_epoch')
    assert.equal((await childrenOf(gateway, offer)).length, 1)
  })

  it('fails where its kind may not ask for such a one, or it is a child itself', async test => {
    const { gateway, connection, offer } = await offered(test)
    assert.equal(await wait(connection, offer), undefined)
    const childOffer = await connection.next('job.offer')
    assert.equal(await wait(connection, childOffer), undefined)
    const failed = await gateway.job(childOffer.jobId)
    assert.ok(failed.state === 'failed' && failed.end.error?.code === 'policy.denied')
    const again = await connection.next('job.offer')
    assert.deepEqual([again.jobId, again.child?.state], [offer.jobId, 'failed'])
    assert.equal(await wait(connection, again, { kind: 'health.report', input: { sections: 'all' } }), undefined)
    const parent = await gateway.job(offer.jobId)
    assert.ok(parent.state === 'failed' && parent.end.error?.code === 'policy.denied')
  })

  it('fails where the queue of its child is full, and its agent goes on', async test => {
    const { gateway, agent, connection, offer } = await offered(test)
    test.mock.method(gateway.store.jobs, 'wait', () => Promise.reject(new PlatenError('queue.full')))
    assert.equal(await wait(connection, offer), undefined)
    const job = await gateway.job(offer.jobId)
    assert.ok(job.state === 'failed' && job.end.error?.code === 'queue.full' && job.end.effect === 'none')
    assert.deepEqual(job.end.bill, bill)
    await gateway.queue(agent.siteId)
    await connection.next('job.offer')
  })
})
