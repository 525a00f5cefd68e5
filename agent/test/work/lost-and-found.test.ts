import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PlatenError } from '@platen/protocol'
import type { Run } from '../../src/domain/run.ts'
import type { Offered } from '../../src/ports/jobs.ts'
import { bench, frames, offer, soon, success } from '../support/runs-bench.ts'

describe('a crash of the agent', () => {
  it('loses what ran, says so once, and starts what had waited', async test => {
    const before = bench(test)
    const first = before.runs.create('test.heavy', {}, 'owner')
    await soon()
    const second = before.runs.create('test.heavy', {}, 'owner')
    assert.equal(before.workers.started[0]?.listener.step('write', 'not repeatable'), true)
    const after = before.crash()
    await soon()
    const lost = after.runs.find(first.jobId)
    assert.equal(lost?.state === 'ended' && lost.end.outcome === 'failed' && lost.end.error?.code, 'job.lost')
    assert.equal(lost?.state === 'ended' && lost.end.effect, 'unknown')
    assert.equal(after.runs.find(second.jobId)?.state, 'running')
    assert.deepEqual(
      frames(after.journal)
        .filter(frame => frame.type === 'job.result')
        .map(frame => frame.type === 'job.result' && frame.jobId),
      [first.jobId],
    )
  })
})

describe('a newer build of the agent', () => {
  it('ends what an older one took and it does not know', async test => {
    const { journal, crash } = bench(test)
    const { jobId } = offer(1, 1)
    const { settled: _settled, ...identity } = offer(1, 1)
    const old: Run = { ...identity, kind: 'old.kind', origin: 'platform', createdAt: 1, state: 'accepted' }
    journal.save(old)
    const after = crash()
    const run = after.runs.find(jobId)
    assert.equal(run?.state === 'ended' && run.end.outcome === 'failed' && run.end.error?.code, 'kind.unknown')
    assert.equal(after.journal.waiting(), 1)
    await soon()
    assert.equal(after.runs.unfinished(), 0)
  })
})

describe('a worker that is over', () => {
  it('has no step noted any more, and leaves none behind', async test => {
    const before = bench(test)
    before.runs.create('test.light', {}, 'owner')
    await soon()
    const [started] = before.workers.started
    started?.listener.step('write', 'idempotent')
    started?.end(success)
    await soon()
    const step = test.mock.method(before.journal, 'step')
    assert.equal(started?.listener.step('write', 'idempotent'), false)
    assert.equal(step.mock.callCount(), 0)
  })
})

describe('a journal that fails', () => {
  it('keeps a step from beginning', async test => {
    const { runs, journal, workers } = bench(test)
    runs.create('test.light', {}, 'owner')
    await soon()
    test.mock.method(journal, 'step', () => {
      throw new Error('the disk is gone')
    })
    assert.equal(workers.started[0]?.listener.step('write', 'idempotent'), false)
    assert.equal(workers.started[0]?.cancelled, 'journal')
  })

  it('puts off what is offered, and begins nothing of it', async test => {
    const { runs, journal, workers } = bench(test)
    const save = test.mock.method(journal, 'save', () => {
      throw new PlatenError('disk.full')
    })
    const refused = runs.offer(offer(1, 1))
    assert.ok(typeof refused === 'object' && refused.code === 'disk.full' && refused.retryAfterMs !== undefined)
    await soon()
    assert.deepEqual([workers.started.length, runs.unfinished()], [0, 0])
    save.mock.restore()
    assert.equal(runs.offer(offer(1, 1)), 'accepted')
  })

  it('ends what it can’t note as begun, with nothing done and the reason', async test => {
    const { runs, journal, workers } = bench(test)
    runs.create('test.heavy', {}, 'owner')
    await soon()
    const { jobId } = runs.create('test.heavy', {}, 'owner')
    const save = journal.save.bind(journal)
    test.mock.method(journal, 'save', (...saved: Parameters<typeof save>) => {
      if (saved[0].state === 'running') throw new PlatenError('disk.full')
      save(...saved)
    })
    workers.started[0]?.end(success)
    await soon()
    const run = runs.find(jobId)
    assert.ok(run?.state === 'ended' && run.end.outcome === 'failed' && run.end.error?.code === 'disk.full')
    assert.deepEqual([run.end.effect, workers.started.length, runs.unfinished()], ['none', 1, 0])
  })

  it('does not lose a result: it is saved as soon as that works again', async test => {
    const { runs, journal, workers, clock } = bench(test)
    const { jobId } = runs.create('test.light', {}, 'owner')
    await soon()
    const save = test.mock.method(journal, 'save', () => {
      throw new Error('the disk is full')
    })
    workers.started[0]?.end(success)
    await soon()
    assert.equal(journal.find(jobId)?.state, 'running')
    save.mock.restore()
    clock.goOn(5_000)
    assert.equal(journal.find(jobId)?.state, 'ended')
    assert.equal(journal.waiting(), 1)
  })
})

describe('a journal that is not the one that there was', () => {
  const born = Date.parse('2026-11-27T12:00:00Z')
  /** A job that was made so many ms after the journal was lost. */
  const job = (afterMs: number): string => {
    const time = (born + afterMs).toString(16).padStart(12, '0')
    return `job_${time.slice(0, 8)}-${time.slice(8)}-7d3e-8f4a-5b6c7d8e9f00`
  }
  const unsettled = (jobId: string): Offered => ({ ...offer(1, 2, jobId), settled: 0 })

  it('begins nothing that may have run under an earlier lease, and says that it is lost', test => {
    const { runs, workers } = bench(test)
    runs.forgot(born)
    const refused = runs.offer(unsettled(job(-1)))
    assert.ok(typeof refused === 'object' && refused.code === 'job.lost' && refused.retryAfterMs === undefined)
    assert.equal(workers.started.length, 0)
    assert.equal(runs.forgottenBefore(), born)
  })

  it('takes what is younger than the loss, and what has no lease that nobody knows the end of', test => {
    const { runs } = bench(test)
    runs.forgot(born)
    assert.equal(runs.offer(unsettled(job(3_600_000))), 'accepted')
    assert.equal(runs.offer({ ...offer(2, 3, job(-1)), settled: 2 }), 'accepted')
  })

  it('does not take the record of an older lease for one of what came after it', async test => {
    const { runs, workers } = bench(test)
    const old = job(-1)
    runs.offer({ ...offer(1, 1, old), settled: 0 })
    await soon()
    workers.started[0]?.end(success)
    await soon()
    runs.forgot(born)
    const refused = runs.offer({ ...offer(2, 3, old), settled: 1 })
    assert.equal(typeof refused === 'object' && refused.code, 'job.lost')
  })

  it('is not thrown off by a time that no calendar knows, as a gateway that was taken over may tell it', test => {
    const { runs } = bench(test)
    runs.forgot(1e300)
    assert.match(new Date(runs.forgottenBefore() ?? 0).toISOString(), /^\+275760/)
  })

  it('knows of the loss after a crash', test => {
    const before = bench(test)
    before.runs.forgot(born)
    const refused = before.crash().runs.offer(unsettled(job(-1)))
    assert.equal(typeof refused === 'object' && refused.code, 'job.lost')
  })
})
