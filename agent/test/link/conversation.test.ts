import assert from 'node:assert/strict'
import { beforeEach, describe, it, type TestContext } from 'node:test'
import { newId } from '@platen/protocol'
import { ended, LinkBench, until } from './link-bench.ts'

describe('a conversation', { timeout: 60_000 }, () => {
  let bench: LinkBench

  beforeEach(async context => {
    bench = await LinkBench.make(context as TestContext)
  })

  it('takes an offer that the pinned signer granted, and declines any other', async () => {
    const socket = await bench.welcomed()
    const good = bench.offer()
    socket.send(good)
    assert.equal((await socket.next('job.accept')).jobId, good.jobId)
    socket.send({ ...bench.offer(), input: { a: 2 } })
    assert.equal((await socket.next('job.decline')).code, 'grant.mismatch')
    assert.equal(bench.jobs.offered.length, 1)
  })

  it('judges grants by the gateway’s time where the site’s clock is wrong', async () => {
    bench.clock.aheadMs = 7 * 86_400_000
    const socket = await bench.welcomed()
    socket.send(bench.offer())
    await socket.next('job.accept')
  })

  it('takes no grant that was over when the newest one was signed, whatever time the gateway says it is', async () => {
    const first = await bench.welcomed()
    first.send(bench.offer())
    await first.next('job.accept')
    first.cut()
    const second = await bench.gateway.next()
    const hourAgo = Date.now() - 3_600_000
    await second.welcome({}, hourAgo)
    second.send(bench.offer({ nowMs: hourAgo }))
    assert.equal((await second.next('job.decline')).code, 'grant.expired')
  })

  it('reports progress at a bounded rate, the latest last', async () => {
    const socket = await bench.welcomed()
    const run = { ...ended(), state: 'accepted' } as const
    for (let done = 1; done <= 500; done += 1) bench.jobs.tell({ type: 'progress', run, progress: { done, total: 500, note: '' } })
    assert.equal((await socket.next('job.progress')).done, 1)
    assert.equal((await socket.next('job.progress')).done, 500)
    assert.equal(socket.frames.filter(({ type }) => type === 'job.progress').length, 0)
  })

  it('passes on a cancellation', async () => {
    const socket = await bench.welcomed()
    const jobId = newId('job')
    socket.send({ type: 'job.cancel', jobId, attempt: 1, epoch: 1, reason: 'cancelled' })
    await until(() => bench.jobs.cancelled.includes(jobId), 'cancelled')
  })
})
