import assert from 'node:assert/strict'
import { beforeEach, describe, it, type TestContext } from 'node:test'
import { newId, PlatenError, type ReceiptSigned } from '@platen/protocol'
import type { ReceiptChain } from '../../src/receipts/receipt-chain.ts'
import { CdnDesk } from '../../src/work/cdn-desk.ts'
import { bench, bill, offer, soon, type RunsBench } from '../support/runs-bench.ts'
import { HandKeys, receiptsIn, testChain } from '../support/test-receipts.ts'
import { testPolicy } from '../support/test-policy.ts'

const purge = { ...offer(1, 1), kind: 'cache.purge' }
const { jobId } = purge
const layers = [{ layer: 'cdn', state: 'pending', count: 0, code: 'gateway.unreachable' }]
const log = { info: () => {}, warn: () => {}, error: () => {} }

let site: RunsBench
let chain: ReceiptChain
let desk: CdnDesk

beforeEach(context => {
  const keys = new HandKeys()
  const agentId = newId('agent')
  site = bench(context as TestContext, true, undefined, testPolicy('/srv'), (journal, clock) => {
    chain = testChain(journal, keys, { agentId })
    desk = new CdnDesk({ journal, receipts: chain, clock, log })
    return { receipts: chain, cdn: desk }
  })
})

/** A purge has begun, and wants a page purged at the CDN. */
async function begin(): Promise<void> {
  site.runs.offer(purge)
  await soon()
  desk.want({ jobId, what: { urls: ['https://shop.example/'] }, urgent: false })
}
async function end(): Promise<void> {
  site.workers.started[0]?.end({ outcome: 'succeeded', effect: 'applied', result: { summary: 'Done.', layers }, bill })
  await soon()
}
/** The gateway comes, and says this of all that it is sent. */
function answer(outcome: 'purged' | 'failed' | 'absent', code?: string): void {
  desk.attach(() => {}, false)
  for (let next = desk.next(); next; next = desk.next())
    desk.take({ type: 'cdn.outcome', purgeId: next.id, outcome, ...(code === undefined ? {} : { code }) })
}
const types = (): string[] => receiptsIn(site.journal).map(({ receipt }) => receipt.type)
const noted = (): number => site.journal.followUps.of(jobId).length
const last = (): ReceiptSigned['receipt'] & { type: 'follow' } => {
  const { receipt } = receiptsIn(site.journal).at(-1) ?? assert.fail()
  return receipt.type === 'follow' ? receipt : assert.fail(receipt.type)
}
const followed = (): unknown => {
  const run = site.journal.find(jobId)
  return run?.state === 'ended' && run.receipt ? { seq: run.receipt.seq, hash: run.receipt.hash } : undefined
}

describe('what the CDN does after a purge has ended', () => {
  it('is signed as what follows on the receipt of the purge', async () => {
    await begin()
    await end()
    assert.deepEqual([types(), noted()], [['start', 'run'], 0])
    answer('purged')
    assert.deepEqual([types(), noted()], [['start', 'run', 'follow'], 1])
    const { follows, job, kind, what, layers: seen, at } = last()
    assert.deepEqual({ follows, job, kind, what }, { follows: followed(), job: jobId, kind: 'cache.purge', what: 'Purged at the CDN.' })
    assert.deepEqual([seen, at], [[{ layer: 'cdn', state: 'purged' }], site.journal.followUps.of(jobId)[0]?.at])
  })

  for (const [outcome, code, what] of [
    ['failed', 'cdn.denied', 'Not purged at the CDN (cdn.denied).'],
    ['absent', undefined, 'The site is at no CDN.'],
  ] as const)
    it(`is signed where it is ${code ?? outcome}`, async () => {
      await begin()
      await end()
      answer(outcome, code)
      assert.deepEqual([last().what, last().layers], [what, [{ layer: 'cdn', state: outcome, ...(code ? { code } : {}) }]])
    })

  it('stands after the receipt of the purge, also where it came between its last question and its end', async () => {
    await begin()
    answer('purged')
    assert.deepEqual([types(), noted()], [[], 0])
    await end()
    assert.deepEqual([types(), noted()], [['start', 'run', 'follow'], 1])
  })

  it('stands after it however long the disk refuses the end', async test => {
    await begin()
    const save = test.mock.method(site.journal, 'save', () => {
      throw new PlatenError('disk.full')
    })
    await end()
    answer('purged')
    assert.deepEqual([types(), noted()], [[], 0])
    save.mock.restore()
    site.clock.goOn(5_000)
    assert.deepEqual([types(), noted()], [['start', 'run', 'follow'], 1])
  })

  for (const [when, hasEnded] of [
    ['after the purge had ended', true],
    ['while it ran', false],
  ] as const)
    it(`is signed by an agent that was killed ${when}`, async () => {
      await begin()
      if (hasEnded) await end()
      site = site.crash()
      answer('purged')
      assert.deepEqual([types(), noted()], [['start', 'run', 'follow'], 1])
      assert.deepEqual(last().follows, followed())
    })

  it('is neither noted nor signed where one of both can’t be, and is both later', async test => {
    await begin()
    await end()
    const seal = test.mock.method(chain, 'seal', () => {
      throw new PlatenError('store.unavailable')
    })
    answer('purged')
    assert.deepEqual([types(), noted(), site.journal.cdn.isOpen(jobId)], [['start', 'run'], 0, true])
    seal.mock.restore()
    site.clock.goOn(5_000)
    assert.deepEqual([types(), noted(), site.journal.cdn.isOpen(jobId)], [['start', 'run', 'follow'], 1, false])
  })

  it('says so where a new chain has begun meanwhile', async () => {
    await begin()
    await end()
    const [, run] = receiptsIn(site.journal)
    site.runs.forgot(site.clock.now())
    answer('purged')
    assert.deepEqual(types(), ['start', 'run', 'start', 'follow'])
    const { what, follows } = last()
    assert.deepEqual(follows, { chain: run?.receipt.chain, seq: 2, hash: run?.hash })
    assert.equal(what, `Purged at the CDN. A new chain has begun since: the purge is receipt 2 of ${run?.receipt.chain}.`)
  })
})
