import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { OffersUnderWay } from '../../src/chaos/offers-under-way.ts'

const frame = (type: string, jobId: string, epoch: number): string => JSON.stringify({ type, jobId, attempt: 1, epoch })

describe('offers under way', () => {
  it('are those of which no answer has passed', () => {
    for (const answer of ['job.accept', 'job.decline', 'job.result', 'job.wait']) {
      const offers = new OffersUnderWay()
      offers.fromGateway(frame('job.offer', 'a', 1))
      offers.fromGateway(frame('job.offer', 'b', 1))
      offers.toGateway(frame(answer, 'a', 1))
      assert.deepEqual(offers.jobs, ['b'])
    }
  })

  it('are not answered by what is said of another lease, nor by progress', () => {
    const offers = new OffersUnderWay()
    offers.fromGateway(frame('job.offer', 'a', 1))
    offers.fromGateway(frame('job.offer', 'a', 2))
    offers.toGateway(frame('job.accept', 'a', 1))
    offers.toGateway(frame('job.progress', 'a', 2))
    assert.deepEqual(offers.jobs, ['a'])
  })

  it('are no other frames', () => {
    const offers = new OffersUnderWay()
    offers.fromGateway(frame('job.cancel', 'a', 1))
    offers.fromGateway('{"type":"welcome"}')
    assert.deepEqual(offers.jobs, [])
  })
})
