import assert from 'node:assert/strict'
import { beforeEach, describe, it, type TestContext } from 'node:test'
import { newId, PlatenError, type AgentFrame, type GatewayFrame } from '@platen/protocol'
import type { Run } from '../../src/domain/run.ts'
import type { Fence } from '../../src/ports/jobs.ts'
import { ended, LinkBench, until } from './link-bench.ts'

const ackOf = ({ jobId, attempt, epoch }: Fence): GatewayFrame => ({ type: 'job.ack', of: 'result', jobId, attempt, epoch })

describe('the sender of the outbox', { timeout: 60_000 }, () => {
  let bench: LinkBench

  beforeEach(async context => {
    bench = await LinkBench.make(context as TestContext)
  })

  it('sends results again on each connection, in order, until they are acknowledged', async () => {
    const runs = [ended(), ended(), ended()].map(run => bench.save(run))
    bench.open()
    const first = await bench.gateway.next()
    const hello = await first.welcome()
    assert.deepEqual(
      hello.running.map(({ jobId }) => jobId),
      runs.map(({ jobId }) => jobId),
    )
    const sent = [await first.next('job.result'), await first.next('job.result'), await first.next('job.result')]
    assert.deepEqual(
      sent.map(({ jobId }) => jobId),
      runs.map(({ jobId }) => jobId),
    )
    first.send(ackOf(runs[0] as Run))
    await until(() => bench.journal.waiting() === 2, 'acknowledged')
    first.cut()
    const second = await bench.gateway.next()
    await second.welcome()
    assert.equal((await second.next('job.result')).jobId, runs[1]?.jobId)
    assert.equal((await second.next('job.result')).jobId, runs[2]?.jobId)
    for (const run of runs.slice(1)) second.send(ackOf(run))
    await until(() => bench.journal.waiting() === 0, 'all acknowledged')
  })

  it('sends no more at once than its window, and the rest as acknowledgements come', async () => {
    const runs = Array.from({ length: 20 }, () => bench.save(ended()))
    const socket = await bench.welcomed()
    const results = (): AgentFrame[] => socket.frames.filter(({ type }) => type === 'job.result')
    await until(() => results().length === 8, 'a window')
    await new Promise(resolve => setImmediate(resolve))
    assert.equal(results().length, 8)
    for (const run of runs) {
      await until(() => results().some(frame => 'jobId' in frame && frame.jobId === run.jobId), 'in turn')
      socket.send(ackOf(run))
    }
    await until(() => bench.journal.waiting() === 0, 'all acknowledged')
  })

  it('does not forget a result for the acknowledgement of an earlier attempt', async () => {
    const run = bench.save(ended(newId('job'), 2, 5))
    const socket = await bench.welcomed()
    await socket.next('job.result')
    socket.send(ackOf({ jobId: run.jobId, attempt: 1, epoch: 4 }))
    socket.send({ type: 'state.resync' })
    await socket.next('state.report')
    assert.equal(bench.journal.waiting(), 1)
    socket.send({ ...ackOf(run), refused: 'job.stale_epoch' } as GatewayFrame)
    await until(() => bench.journal.waiting() === 0, 'forgotten')
  })

  it('sends a result that comes while it is open', async () => {
    const socket = await bench.welcomed()
    const run = bench.save(ended())
    bench.jobs.tell({ type: 'state', run })
    assert.equal((await socket.next('job.result')).jobId, run.jobId)
  })

  it('neither sends again nor forgets while the journal can’t be written, and the link stays', async context => {
    const run = bench.save(ended())
    // The next try waits for five seconds.
    bench.clock.heldMs = 5_000
    const fail = (): never => {
      throw new PlatenError('disk.full')
    }
    const { mock } = context as TestContext
    const set = mock.method(bench.journal, 'set', fail)
    const acknowledge = mock.method(bench.journal, 'acknowledge', fail)
    const socket = await bench.welcomed()
    await socket.next('job.result')
    socket.send(ackOf(run))
    socket.send({ type: 'state.resync' })
    const good = bench.offer()
    socket.send(good)
    await socket.next('job.accept')
    assert.equal(socket.frames.filter(({ type }) => type === 'state.report' || type === 'job.result').length, 0)
    assert.equal(bench.journal.waiting(), 1)
    set.mock.restore()
    acknowledge.mock.restore()
    socket.send({ type: 'state.resync' })
    await socket.next('state.report')
    bench.clock.pass()
    assert.equal(bench.journal.waiting(), 0)
  })
})
