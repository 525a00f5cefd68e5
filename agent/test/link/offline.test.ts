import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { newId } from '@platen/protocol'
import { bill, soon } from '../support/runs-bench.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { linkedSite } from './linked-site.ts'
import { WireGateway } from './wire-gateway.ts'

describe('an agent whose gateway is away', () => {
  it('runs what the owner asks for, over a restart too, and reports all of it in order when there is a gateway again', async test => {
    const probe = new WireGateway()
    await probe.listen()
    const { url } = probe
    await probe.close()
    const file = join(tempFolder(test), 'journal.db')

    const first = linkedSite(file, url)
    const one = first.runs.create('test.light', { a: 1 }, 'owner')
    await soon()
    first.workers.started[0]?.end({ outcome: 'succeeded', effect: 'applied', result: { summary: 'one' }, bill })
    await soon()
    assert.equal(first.runs.find(one.jobId)?.state, 'ended')
    const two = first.runs.create('test.light', { a: 2 }, 'owner')
    await soon()
    assert.notEqual(first.link.state.state, 'open')
    await first.stop()

    const second = linkedSite(file, url)
    test.after(() => second.stop())
    const lost = second.runs.find(two.jobId)
    assert.equal(lost?.state === 'ended' && lost.end.outcome === 'failed' && lost.end.error?.code, 'job.lost')

    const gateway = new WireGateway()
    test.after(() => gateway.close())
    await gateway.listen(Number(new URL(url).port))
    const socket = await gateway.next()
    await socket.welcome()
    const told = [await socket.next('job.created'), await socket.next('job.result')]
    assert.deepEqual(
      told.map(({ jobId }) => jobId),
      [one.jobId, one.jobId],
    )
    assert.equal((await socket.next('job.created')).jobId, two.jobId)
    const result = await socket.next('job.result')
    assert.deepEqual([result.jobId, result.outcome, result.error?.code], [two.jobId, 'failed', 'job.lost'])
    for (const { jobId } of [one, two])
      for (const about of ['created', 'result'] as const) socket.send({ type: 'job.ack', of: about, jobId, attempt: 0, epoch: 0 })
    for (const end = Date.now() + 10_000; second.journal.outbox(1).length > 0; await soon()) assert.ok(Date.now() < end, 'never forgotten')
  })

  it('takes no new job once results fill its outbox, drops none, and goes on when they are gone', async test => {
    const { runs, workers, journal, stop } = linkedSite(join(tempFolder(test), 'journal.db'), 'http://127.0.0.1:1')
    test.after(stop)
    const result = { summary: 'x'.repeat(250_000) }
    const fill = async (): Promise<number> => {
      for (let taken = 0; ; taken += 1) {
        runs.create('test.light', {}, 'owner')
        await soon()
        workers.started.at(-1)?.end({ outcome: 'succeeded', effect: 'none', result, bill })
        await soon()
      }
    }
    await assert.rejects(fill(), { code: 'outbox.full' })
    const kept = workers.started.length
    assert.ok(kept > 40 && journal.waiting() === kept, `${kept} ran, ${journal.waiting()} wait`)
    assert.deepEqual((runs.offer({ ...offered, jobId: newId('job') }) as { code: string }).code, 'outbox.full')
    for (const { id } of journal.outbox(8)) journal.acknowledge(id)
    runs.create('test.light', {}, 'owner')
  })
})

const offered = { kind: 'test.light', input: {}, attempt: 1, epoch: 1, settled: 0, runMs: 1_000 }
