import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { newId, PlatenError } from '@platen/protocol'
import type { Run } from '../../src/domain/run.ts'
import type { Journal } from '../../src/ports/journal.ts'
import { bench, bill, frames, offer, soon, success, type RunsBench } from '../support/runs-bench.ts'
import { HandKeys, receiptsIn, testChain } from '../support/test-receipts.ts'
import { testPolicy } from '../support/test-policy.ts'

const purge = { ...offer(1, 1), kind: 'cache.purge' }
const error = { code: 'page.stale', message: 'nginx: 1 of 1.' } as const
const proof = [{ url: 'http://site.test/', state: 'stale', layer: 'nginx' }]

function receiptBench(test: TestContext): RunsBench {
  const keys = new HandKeys()
  const agentId = newId('agent')
  return bench(test, true, undefined, testPolicy('/srv'), journal => ({ receipts: testChain(journal, keys, { agentId }) }))
}

const shown = (run: Run | undefined): string | undefined => (run?.state === 'ended' ? run.receipt?.hash : run?.state)
const told = (journal: Journal): (string | undefined)[] =>
  frames(journal).flatMap(frame => (frame.type === 'job.result' ? [frame.receipt?.hash] : []))

describe('a run that has ended', () => {
  it('is on record with a receipt, which the gateway is told the name of', async test => {
    const { runs, workers, journal } = receiptBench(test)
    runs.offer(purge)
    await soon()
    workers.started[0]?.end(success)
    await soon()
    const [, receipt] = receiptsIn(journal)
    assert.deepEqual([receipt?.receipt.type, receipt?.receipt.type === 'run' && receipt.receipt.outcome], ['run', 'succeeded'])
    assert.equal(shown(runs.find(purge.jobId)), receipt?.hash)
    assert.deepEqual(told(journal), [receipt?.hash])
  })

  it('has one that says what was seen, also where it failed', async test => {
    const { runs, workers, journal } = receiptBench(test)
    runs.offer(purge)
    await soon()
    workers.started[0]?.end({ outcome: 'failed', effect: 'applied', error, result: { summary: 'Old.', proof }, bill })
    await soon()
    const said = receiptsIn(journal)[1]?.receipt
    assert.ok(said?.type === 'run')
    assert.deepEqual([said.code, said.pages.stale, said.pages.sample, said.what], ['page.stale', 1, proof, 'nginx: 1 of 1. Old.'])
    const [frame] = frames(journal).filter(({ type }) => type === 'job.result')
    assert.deepEqual(frame?.type === 'job.result' && frame.result, { summary: 'Old.', proof })
  })

  it('has one where it was cancelled before it began, or lost with its agent', async test => {
    const before = receiptBench(test)
    before.runs.offer(purge)
    before.runs.cancel(purge.jobId)
    const lost = before.runs.create('cache.purge', {}, 'owner')
    await soon()
    const after = before.crash()
    const codes = receiptsIn(after.journal).flatMap(({ receipt }) =>
      receipt.type === 'run' ? [[receipt.job, receipt.code ?? receipt.outcome]] : [],
    )
    assert.deepEqual(codes, [
      [purge.jobId, 'cancelled'],
      [lost.jobId, 'job.lost'],
    ])
  })

  it('has the same one when it is told under a newer lease', async test => {
    const { runs, workers, journal } = receiptBench(test)
    runs.offer(purge)
    await soon()
    workers.started[0]?.end(success)
    await soon()
    runs.offer({ ...purge, epoch: 2, settled: 0 })
    const [, receipt] = receiptsIn(journal)
    assert.equal(receiptsIn(journal).length, 2)
    assert.deepEqual(told(journal), [receipt?.hash])
  })

  it('has one only, however often the disk refused it', async test => {
    const { runs, workers, journal, clock } = receiptBench(test)
    runs.offer(purge)
    await soon()
    const save = test.mock.method(journal, 'save', () => {
      throw new PlatenError('disk.full')
    })
    workers.started[0]?.end(success)
    await soon()
    clock.goOn(5_000)
    save.mock.restore()
    assert.deepEqual(receiptsIn(journal), [])
    clock.goOn(5_000)
    assert.deepEqual(
      receiptsIn(journal).map(({ receipt }) => receipt.type),
      ['start', 'run'],
    )
  })

  it('begins a chain anew when the gateway knows more than the journal does', async test => {
    const { runs, workers, journal } = receiptBench(test)
    runs.offer(purge)
    await soon()
    workers.started[0]?.end(success)
    await soon()
    runs.forgot(1_795_000_000_000)
    assert.deepEqual(
      receiptsIn(journal).map(({ receipt }) => receipt.type),
      ['start', 'run', 'start'],
    )
  })

  it('has none where its kind has none, or the agent no key that anybody knows', async test => {
    const { runs, workers, journal } = receiptBench(test)
    runs.offer(offer(1, 1))
    const other = bench(test)
    other.runs.offer(purge)
    await soon()
    for (const { started } of [workers, other.workers]) started[0]?.end(success)
    await soon()
    assert.deepEqual([journal.receipts(0), other.journal.receipts(0)], [{ lines: [] }, { lines: [] }])
    assert.deepEqual([told(journal), told(other.journal)], [[undefined], [undefined]])
  })
})
