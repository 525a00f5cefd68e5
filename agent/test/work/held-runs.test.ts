import assert from 'node:assert/strict'
import { beforeEach, describe, it, type TestContext } from 'node:test'
import { newId } from '@platen/protocol'
import { bench, frames, offer, soon, success, type RunsBench } from '../support/runs-bench.ts'

const jobs = ['aa', 'bb', 'cc'].map(end => `job_01936f0e-7b2c-7d3e-8f4a-5b6c7d8e9f${end}`)
const last = jobs[2] ?? ''
/** Shorter than these jobs may wait in the queue. */
const leaseMs = 20_000
const answersMs = 5_000
/** Runs that a site takes on before it is busy. */
const mostUnfinished = 48

/** A site with as many jobs of the platform as may run, and one more that waits for its turn. */
async function full(test: TestContext): Promise<RunsBench> {
  const site = bench(test)
  site.runs.notice({ type: 'welcome', leaseMs })
  for (const jobId of jobs) assert.equal(site.runs.offer(offer(1, 1, jobId)), 'accepted')
  await soon()
  assert.equal(site.workers.started.length, 2)
  return site
}

/** Whether the one that waited was begun. */
async function hasBegun({ workers }: RunsBench): Promise<boolean> {
  await soon()
  return workers.started.some(({ order }) => order.jobId === last)
}

function endOf({ runs }: RunsBench): unknown {
  const run = runs.find(last)
  return run?.state === 'ended' && [run.end.outcome, run.end.outcome === 'waiting' ? undefined : run.end.error?.code, run.end.effect]
}

describe('what the platform asked for and had not begun when the agent crashed', () => {
  let site: RunsBench

  beforeEach(async context => {
    site = (await full(context as TestContext)).crash()
  })

  it('begins once the gateway has let the agent in and had the time to take it back', async () => {
    site.clock.goOn(answersMs)
    assert.equal(await hasBegun(site), false)
    assert.ok(site.runs.running().some(({ jobId }) => jobId === last))
    site.runs.notice({ type: 'welcome', leaseMs })
    assert.equal(await hasBegun(site), false)
    site.clock.goOn(answersMs)
    assert.equal(await hasBegun(site), true)
  })

  it('never begins where the gateway takes it back', async () => {
    site.runs.notice({ type: 'welcome', leaseMs })
    site.runs.cancel(last, { attempt: 1, epoch: 1 })
    site.clock.goOn(answersMs)
    assert.equal(await hasBegun(site), false)
    assert.deepEqual(endOf(site), ['cancelled', undefined, 'none'])
  })

  for (const [lease, again] of [
    ['the same', offer(1, 1, last)],
    ['a newer', { ...offer(1, 2, last), settled: 0 }],
  ] as const) {
    it(`begins at once where the gateway offers it again under ${lease} lease`, async () => {
      site.runs.notice({ type: 'welcome', leaseMs })
      assert.equal(site.runs.offer(again), 'accepted')
      assert.equal(await hasBegun(site), true)
    })
  }

  it('waits for the next connection where that one ends before the answers', async () => {
    site.runs.notice({ type: 'welcome', leaseMs })
    site.runs.notice({ type: 'gone' })
    site.clock.goOn(answersMs)
    assert.equal(await hasBegun(site), false)
    site.runs.notice({ type: 'welcome', leaseMs })
    site.clock.goOn(answersMs)
    assert.equal(await hasBegun(site), true)
  })

  it('keeps nobody waiting: what is offered now and what the owner asks for begin at once', async () => {
    site.runs.notice({ type: 'welcome', leaseMs })
    const { jobId } = site.runs.create('test.light', {}, 'owner')
    site.runs.offer(offer(1, 1, 'job_01936f0e-7b2c-7d3e-8f4a-5b6c7d8e9fdd'))
    await soon()
    assert.deepEqual([site.workers.started.length, site.workers.started[0]?.order.jobId === last], [2, false])
    assert.ok(site.workers.started.some(({ order }) => order.jobId === jobId))
  })

  it('expires when its time in the queue is over, whether a gateway is heard or not', async () => {
    site.clock.goOn(60_001)
    await soon()
    assert.deepEqual(endOf(site), ['failed', 'job.expired', 'none'])
    assert.ok(frames(site.journal).some(frame => frame.type === 'job.result' && frame.jobId === last))
  })
})

describe('the time in the queue of what the platform asked for', () => {
  it('goes on while the agent is away', async test => {
    const site = (await full(test)).crash(60_001)
    site.clock.goOn(0)
    await soon()
    assert.deepEqual(endOf(site), ['failed', 'job.expired', 'none'])
  })
})

describe('an agent that is cut off', () => {
  let site: RunsBench

  beforeEach(async context => {
    site = await full(context as TestContext)
  })

  const makeRoom = (): void => site.workers.started[0]?.end(success)

  it('begins what it was given for as long as its lease may live', async () => {
    site.runs.notice({ type: 'gone' })
    site.clock.goOn(leaseMs)
    makeRoom()
    assert.equal(await hasBegun(site), true)
  })

  it('begins nothing any more whose lease must have run out, before the gateway is back and has answered', async () => {
    site.clock.goOn(10_000)
    site.runs.notice({ type: 'life' })
    site.runs.notice({ type: 'gone' })
    // Whatever somebody sets the clock to.
    site.clock.jump(-leaseMs)
    site.clock.goOn(leaseMs + 1)
    makeRoom()
    assert.equal(await hasBegun(site), false)
    const { jobId } = site.runs.create('test.light', {}, 'owner')
    await soon()
    assert.equal(site.workers.started.at(-1)?.order.jobId, jobId)
    site.workers.started.at(-1)?.end(success)
    site.runs.notice({ type: 'welcome', leaseMs })
    assert.equal(await hasBegun(site), false)
    site.clock.goOn(answersMs)
    assert.equal(await hasBegun(site), true)
  })

  it('ends what it never begins when its time in the queue is over, and tells the gateway', async () => {
    site.runs.notice({ type: 'gone' })
    site.clock.goOn(60_000)
    makeRoom()
    assert.deepEqual([await hasBegun(site), endOf(site)], [false, false])
    // Whatever somebody sets the clock to.
    site.clock.jump(-60_000)
    site.clock.goOn(1)
    assert.deepEqual(endOf(site), ['failed', 'job.expired', 'none'])
    assert.ok(frames(site.journal).some(frame => frame.type === 'job.result' && frame.jobId === last))
  })

  it('has room for what the owner asks for again, however much the platform had asked for', async () => {
    for (let count = jobs.length; count < mostUnfinished; count += 1) assert.equal(site.runs.offer(offer(1, 1, newId('job'))), 'accepted')
    site.runs.notice({ type: 'gone' })
    assert.throws(() => site.runs.create('test.light', {}, 'owner'), { code: 'agent.busy' })
    site.clock.goOn(60_001)
    const { jobId } = site.runs.create('test.light', {}, 'owner')
    makeRoom()
    await soon()
    assert.equal(site.workers.started.at(-1)?.order.jobId, jobId)
  })

  it('does not take for news what had come before it stood still: on the same connection it waits for the answers to a heartbeat', async () => {
    site.clock.goOn(leaseMs + 1)
    makeRoom()
    assert.equal(await hasBegun(site), false)
    site.runs.notice({ type: 'life' })
    assert.equal(await hasBegun(site), false)
    site.clock.goOn(leaseMs)
    assert.equal(await hasBegun(site), true)
  })
})
