import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { agentFrameValidators } from '@platen/protocol/validators/agent-frames'
import { bench, bill, frames, offer, soon, success } from '../support/runs-bench.ts'

describe('jobs of the site', () => {
  it('are told to the gateway in the commit that makes them, and their result in the one that ends them', async test => {
    const { runs, journal, workers } = bench(test)
    const { jobId } = runs.create('test.light', { a: 1 }, 'owner')
    assert.deepEqual(
      frames(journal).map(frame => frame.type),
      ['job.created'],
    )
    await soon()
    workers.started[0]?.end(success)
    await soon()
    assert.deepEqual(
      frames(journal).map(frame => frame.type),
      ['job.created', 'job.result'],
    )
    for (const frame of frames(journal)) assert.ok(agentFrameValidators[frame.type]?.(frame), JSON.stringify(frame))
    assert.equal(runs.find(jobId)?.state, 'ended')
  })

  it('leave nothing for a gateway where there is none', async test => {
    const { runs, journal, workers } = bench(test, false)
    runs.create('test.light', {}, 'owner')
    await soon()
    workers.started[0]?.end(success)
    await soon()
    assert.deepEqual(frames(journal), [])
  })

  it('can’t wait for another job: they have no lease to wait under', async test => {
    const { runs, journal, workers } = bench(test)
    const { jobId } = runs.create('test.light', {}, 'owner')
    await soon()
    workers.started[0]?.end({ outcome: 'waiting', effect: 'none', child: { kind: 'test.light', input: {} }, bill })
    await soon()
    const run = runs.find(jobId)
    assert.equal(run?.state === 'ended' && run.end.outcome, 'failed')
    for (const frame of frames(journal)) assert.ok(agentFrameValidators[frame.type]?.(frame), JSON.stringify(frame))
  })

  it('go before what the platform had asked for earlier, where they are the owner’s', async test => {
    const { runs, workers } = bench(test)
    for (const name of ['aa', 'bb', 'cc']) runs.offer(offer(1, 1, `job_01936f0e-7b2c-7d3e-8f4a-5b6c7d8e9f${name}`))
    await soon()
    const { jobId } = runs.create('test.light', {}, 'owner')
    await soon()
    workers.started[0]?.end(success)
    await soon()
    assert.equal(workers.started.at(-1)?.order.jobId, jobId)
  })

  it('are no leases to renew', test => {
    const { runs } = bench(test)
    runs.create('test.light', {}, 'event')
    assert.deepEqual(runs.running(), [])
    assert.equal(runs.unfinished(), 1)
  })

  it('expire when their turn does not come in time', async test => {
    const { runs, workers, clock } = bench(test)
    runs.create('test.heavy', {}, 'owner')
    await soon()
    const late = runs.create('test.heavy', {}, 'owner')
    clock.goOn(60_001)
    workers.started[0]?.end(success)
    await soon()
    const run = runs.find(late.jobId)
    assert.equal(run?.state === 'ended' && run.end.outcome === 'failed' && run.end.error?.code, 'job.expired')
    assert.equal(workers.started.length, 1)
  })
})

describe('a clock that is set', () => {
  const days = 86_400_000

  for (const [way, ms] of [
    ['forth', 3 * days],
    ['back', -3 * days],
  ] as const) {
    it(`${way} by days neither lets what waits expire nor keeps it for ever`, async test => {
      const { runs, workers, clock } = bench(test)
      runs.create('test.heavy', {}, 'owner')
      await soon()
      const second = runs.create('test.heavy', {}, 'owner')
      clock.jump(ms)
      workers.started[0]?.end(success)
      await soon()
      assert.equal(runs.find(second.jobId)?.state, 'running')
      const third = runs.create('test.heavy', {}, 'owner')
      clock.jump(-ms)
      clock.goOn(60_001)
      workers.started[1]?.end(success)
      await soon()
      const run = runs.find(third.jobId)
      assert.equal(run?.state === 'ended' && run.end.outcome === 'failed' && run.end.error?.code, 'job.expired')
    })
  }

  it('back does not silence progress', async test => {
    const { runs, workers, clock, news } = bench(test)
    runs.create('test.light', {}, 'owner')
    await soon()
    workers.started[0]?.listener.progress(1, 3, '')
    clock.jump(-days)
    workers.started[0]?.listener.progress(2, 3, '')
    clock.goOn(250)
    const told = news.flatMap(item => (item.type === 'progress' ? [item.progress.done] : []))
    assert.deepEqual(told, [1, 2])
  })
})

describe('progress', () => {
  it('is told at a bounded rate, the last of it always', async test => {
    const { runs, workers, clock, news } = bench(test)
    const { jobId } = runs.create('test.light', {}, 'owner')
    await soon()
    for (let done = 1; done <= 50; done += 1) workers.started[0]?.listener.progress(done, 50, 'on')
    const told = (): number[] => news.flatMap(item => (item.type === 'progress' ? [item.progress.done] : []))
    assert.deepEqual(told(), [1])
    assert.equal(runs.progressOf(jobId)?.done, 50)
    clock.goOn(250)
    assert.deepEqual(told(), [1, 50])
  })
})
