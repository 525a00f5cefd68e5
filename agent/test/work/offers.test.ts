import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { limits } from '@platen/protocol'
import { agentFrameValidators } from '@platen/protocol/validators/agent-frames'
import type { Refusal } from '../../src/domain/policy.ts'
import type { Offered } from '../../src/ports/jobs.ts'
import { bench, bill, frames, offer, soon, success } from '../support/runs-bench.ts'

describe('offers', () => {
  it('are accepted once they are journaled, and reported when they end', async test => {
    const { runs, journal, workers } = bench(test)
    assert.equal(runs.offer(offer(1, 1)), 'accepted')
    assert.deepEqual(runs.running(), [{ jobId: offer(1, 1).jobId, attempt: 1, epoch: 1 }])
    await soon()
    workers.started[0]?.end(success)
    await soon()
    assert.deepEqual(runs.running(), [])
    const [frame] = frames(journal)
    assert.ok(agentFrameValidators['job.result']?.(frame), JSON.stringify(frame))
    assert.equal(frame?.type === 'job.result' && frame.outcome, 'succeeded')
  })

  it('are on record as begun in the commit that accepts them where their turn has come, and begin once', async test => {
    const { runs, journal, workers } = bench(test)
    const save = test.mock.method(journal, 'save')
    for (const name of ['aa', 'bb', 'cc']) runs.offer(offer(1, 1, `job_01936f0e-7b2c-7d3e-8f4a-5b6c7d8e9f${name}`))
    const states = (): readonly string[] => save.mock.calls.map(({ arguments: [run] }) => run.state)
    assert.deepEqual(states(), ['running', 'accepted', 'accepted'])
    await soon()
    assert.deepEqual(states(), ['running', 'accepted', 'accepted', 'running'])
    assert.equal(workers.started.length, 2)
  })

  it('are given as long as the gateway says, and never longer than their kind may run', async test => {
    const { runs, workers } = bench(test)
    runs.offer({ ...offer(1, 1), runMs: 5_000 })
    runs.offer({ ...offer(1, 1, 'job_01936f0e-7b2c-7d3e-8f4a-5b6c7d8e9fbb'), runMs: 1e9 })
    await soon()
    assert.deepEqual(
      workers.started.map(({ order }) => order.runMs),
      [5_000, 60_000],
    )
  })

  it('that are cancelled before they begin never do', async test => {
    const { runs, journal, workers } = bench(test)
    runs.offer(offer(1, 3))
    assert.equal(runs.cancel(offer(1, 3).jobId, { attempt: 1, epoch: 3 }), 'stopping')
    await soon()
    assert.equal(workers.started.length, 0)
    const run = journal.find(offer(1, 3).jobId)
    assert.equal(run?.state === 'ended' && run.end.outcome, 'cancelled')
    const free = { cpuMs: 0, peakRssBytes: 0, wallMs: 0, readBytes: 0, writtenBytes: 0, savedBytes: 0 }
    assert.deepEqual(run?.state === 'ended' && run.end.bill, free)
  })

  it('are accepted again under the same fence without running twice', async test => {
    const { runs, workers } = bench(test)
    runs.offer(offer(1, 1))
    assert.equal(runs.offer(offer(1, 1)), 'accepted')
    await soon()
    assert.equal(workers.started.length, 1)
  })

  it('are refused when they were taken and have ended, or are older', async test => {
    const { runs, workers } = bench(test)
    runs.offer(offer(2, 5))
    await soon()
    workers.started[0]?.end(success)
    await soon()
    assert.deepEqual((runs.offer(offer(2, 5)) as { code: string }).code, 'grant.replayed')
    assert.deepEqual((runs.offer(offer(1, 4)) as { code: string }).code, 'job.stale_epoch')
  })

  it('wait until an older attempt is over, which they stop', async test => {
    const { runs, workers } = bench(test)
    runs.offer(offer(1, 1))
    await soon()
    const refused = runs.offer(offer(2, 2))
    assert.ok(typeof refused === 'object' && refused.code === 'agent.busy' && refused.retryAfterMs !== undefined)
    assert.equal(workers.started[0]?.cancelled, 'cancelled')
    workers.started[0]?.end({ outcome: 'cancelled', effect: 'none', bill })
    await soon()
    assert.equal(runs.offer(offer(2, 2)), 'accepted')
  })

  it('are refused with the reason that keeps them from running here', test => {
    const { runs } = bench(test)
    const code = (changes: object): string => (runs.offer({ ...offer(1, 1), ...changes }) as { code: string }).code
    assert.equal(code({ kind: 'no.such' }), 'kind.unknown')
    assert.equal(code({ attempt: 0, epoch: 0 }), 'input.invalid')
    assert.equal(code({ input: { bad: 1 } }), 'input.invalid')
    assert.equal(code({ input: { text: 'x'.repeat(limits.job.inputBytes) } }), 'input.too_large')
  })

  it('are refused for now when there is too much to do', test => {
    const { runs } = bench(test)
    const id = (index: number): string => `job_01936f0e-7b2c-7d3e-8f4a-${String(index).padStart(12, '0')}`
    let refused: unknown = 'accepted'
    let taken = 0
    while (refused === 'accepted' && taken < 100) {
      refused = runs.offer(offer(1, 1, id(taken)))
      if (refused === 'accepted') taken += 1
    }
    assert.ok(taken >= 32 && taken <= 64, `${taken} taken`)
    assert.deepEqual((refused as { code: string }).code, 'agent.busy')
  })

  it('of heavy jobs are put off while another one is here, whoever asked for that', async test => {
    const { runs, workers } = bench(test)
    const heavy = (end: string): Offered => ({ ...offer(1, 1, `job_01936f0e-7b2c-7d3e-8f4a-5b6c7d8e9f${end}`), kind: 'test.heavy' })
    const isPutOff = (refused: unknown): void => {
      const { code, retryAfterMs = 0 } = refused as Refusal
      assert.ok(code === 'agent.busy' && retryAfterMs > 0, JSON.stringify(refused))
    }
    runs.create('test.heavy', {}, 'owner')
    isPutOff(runs.offer(heavy('aa')))
    await soon()
    isPutOff(runs.offer(heavy('aa')))
    assert.equal(runs.offer(offer(1, 1)), 'accepted')
    workers.started[0]?.end(success)
    await soon()
    assert.equal(runs.offer(heavy('aa')), 'accepted')
    isPutOff(runs.offer(heavy('bb')))
    runs.create('test.heavy', {}, 'owner')
  })

  it('are refused with the word that they were never begun here, where that is certain', async test => {
    const { runs } = bench(test)
    const heavy = (end: string): Offered => ({
      ...offer(1, 3, `job_01936f0e-7b2c-7d3e-8f4a-5b6c7d8e9f${end}`),
      kind: 'test.heavy',
      settled: 1,
    })
    const unbegun = (offered: Offered): boolean | undefined => (runs.offer(offered) as { unbegun?: true }).unbegun
    runs.create('test.heavy', {}, 'owner')
    assert.equal(unbegun(heavy('aa')), true)
    assert.equal(unbegun({ ...offer(1, 3), kind: 'no.such', settled: 1 }), true)
    runs.offer(offer(1, 2))
    await soon()
    assert.equal(unbegun({ ...offer(2, 3), settled: 2 }), undefined)
    runs.cancel(offer(1, 1).jobId, { attempt: 1, epoch: 9 })
    assert.equal(unbegun({ ...offer(1, 9), settled: 1 }), undefined)
    runs.forgot(Date.now() + 60_000)
    assert.equal(unbegun({ ...heavy('bb'), settled: 0 }), undefined)
  })

  it('of a heavy job that is here already are no second one', async test => {
    const { runs, workers } = bench(test)
    const heavy = { ...offer(1, 1), kind: 'test.heavy' }
    runs.offer(heavy)
    await soon()
    assert.equal(runs.offer(heavy), 'accepted')
    assert.equal(runs.offer({ ...heavy, epoch: 2, settled: 0 }), 'accepted')
    assert.deepEqual([workers.started.length, runs.running()[0]?.epoch], [1, 2])
  })

  it('whose older lease the gateway has not heard of take up what was begun under that, and do not run it twice', async test => {
    const { runs, journal, workers } = bench(test)
    runs.offer(offer(1, 1))
    await soon()
    assert.equal(runs.offer({ ...offer(1, 2), settled: 0 }), 'accepted')
    assert.equal(workers.started.length, 1)
    assert.equal(workers.started[0]?.cancelled, undefined)
    assert.deepEqual(runs.running(), [{ jobId: offer(1, 1).jobId, attempt: 1, epoch: 2 }])
    workers.started[0]?.end(success)
    await soon()
    const [frame] = frames(journal)
    assert.equal(frame?.type === 'job.result' && frame.epoch, 2)
  })

  it('whose older lease has ended here unheard report that end under the newer one', async test => {
    const { runs, journal, workers } = bench(test)
    runs.offer(offer(1, 1))
    await soon()
    workers.started[0]?.end(success)
    await soon()
    assert.equal(runs.offer({ ...offer(1, 2), settled: 0 }), 'accepted')
    await soon()
    assert.equal(workers.started.length, 1)
    assert.deepEqual(
      frames(journal).map(frame => frame.type === 'job.result' && [frame.epoch, frame.outcome]),
      [[2, 'succeeded']],
    )
  })

  it('of a job that was made here are refused, and so is a lease’s word to end it', async test => {
    const { runs, workers } = bench(test)
    const { jobId } = runs.create('test.light', {}, 'owner')
    await soon()
    assert.equal((runs.offer(offer(1, 1, jobId)) as { code: string }).code, 'grant.mismatch')
    assert.equal(runs.cancel(jobId, { attempt: 1, epoch: 1 }), 'ended')
    assert.equal(workers.started[0]?.cancelled, undefined)
    assert.equal(runs.find(jobId)?.epoch, 0)
  })

  it('stay accepted when one who only listens fails', async test => {
    const { runs, workers } = bench(test)
    runs.subscribe(() => {
      throw new Error('the outbox can’t be read')
    })
    assert.equal(runs.offer(offer(1, 1)), 'accepted')
    await soon()
    workers.started[0]?.end(success)
    await soon()
    assert.equal(runs.find(offer(1, 1).jobId)?.state, 'ended')
  })

  it('that were cancelled before they came are not taken', async test => {
    const { runs, workers } = bench(test)
    assert.equal(runs.cancel(offer(1, 3).jobId, { attempt: 1, epoch: 3 }), 'unknown')
    assert.deepEqual((runs.offer(offer(1, 3)) as { code: string }).code, 'job.cancelled')
    await soon()
    assert.equal(workers.started.length, 0)
    assert.equal(runs.offer(offer(1, 4)), 'accepted')
  })

  it('are cancelled by their present fence only', async test => {
    const { runs, workers } = bench(test)
    runs.offer(offer(1, 3))
    await soon()
    assert.equal(runs.cancel(offer(1, 3).jobId, { attempt: 1, epoch: 2 }), 'ended')
    assert.equal(workers.started[0]?.cancelled, undefined)
    assert.equal(runs.cancel(offer(1, 3).jobId, { attempt: 1, epoch: 3 }), 'stopping')
    assert.equal(workers.started[0]?.cancelled, 'cancelled')
  })
})
