import assert from 'node:assert/strict'
import { it } from 'node:test'
import { kinds, PlatenError } from '@platen/protocol'
import { inputValidators } from '@platen/protocol/validators/inputs'
import { resultValidators } from '@platen/protocol/validators/results'
import { GatewayFixture } from './gateway-fixture.ts'

it('a job that would wait for a child fails where the queue of that is full, and its agent goes on', async test => {
  const parents = kinds.map(kind => (kind.name === 'cache.purge' ? { ...kind, children: ['health.report'] } : kind))
  const gateway = await GatewayFixture.open({ catalog: { kinds: parents, inputs: inputValidators, results: resultValidators } })
  test.after(() => gateway.close())
  const agent = await gateway.enrol()
  const connection = await gateway.welcomed(agent)
  const { id: jobId } = await gateway.queue(agent.siteId)
  const { attempt, epoch } = await connection.next('job.offer')
  test.mock.method(gateway.store.jobs, 'wait', () => Promise.reject(new PlatenError('queue.full')))
  const child = { kind: 'health.report', input: { sections: 'all' } }
  connection.send({ type: 'job.wait', jobId, attempt, epoch, child, effect: 'none' })
  assert.equal((await connection.next('job.ack')).refused, undefined)
  const job = await gateway.job(jobId)
  assert.ok(job.state === 'failed' && job.end.error?.code === 'queue.full' && job.end.effect === 'none')
  await gateway.queue(agent.siteId)
  await connection.next('job.offer')
})
