import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { once } from 'node:events'
import { describe, it, type TestContext } from 'node:test'
import { limits, newId } from '@platen/protocol'
import { openJournal, type JournalOptions } from '../../src/journal/sqlite-journal.ts'
import type { Journal } from '../../src/ports/journal.ts'
import type { ReceiptChain } from '../../src/receipts/receipt-chain.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { content, HandKeys, receiptsIn, testChain } from '../support/test-receipts.ts'

function open(test: TestContext, options?: JournalOptions): { journal: Journal; chain: ReceiptChain } {
  const journal = openJournal(join(tempFolder(test), 'journal.db'), options)
  test.after(() => journal.close())
  return { journal, chain: testChain(journal, new HandKeys()) }
}

const seqs = (journal: Journal): number[] => receiptsIn(journal).map(({ receipt }) => receipt.seq)

describe('receipts on record', () => {
  it('go from the front where they become too many bytes, and what is left has no hole', test => {
    const { journal, chain } = open(test, { keepReceipts: { bytes: 3_000, ms: Infinity, always: 1 } })
    for (let at = 1; at <= 20; at += 1) journal.append(chain.seal(content(), at).receipts)
    const kept = receiptsIn(journal)
    assert.ok(kept.length >= 2 && kept.length < 10, String(kept.length))
    assert.deepEqual(
      seqs(journal),
      Array.from(kept, (_, index) => 21 - kept.length + index + 1),
    )
    for (const [index, { receipt }] of kept.entries()) if (index > 0) assert.equal(receipt.prev, kept[index - 1]?.hash)
  })

  it('keep at least the newest, however long it is', test => {
    const { journal, chain } = open(test, { keepReceipts: { bytes: 1, ms: Infinity, always: 1 } })
    for (let at = 1; at <= 3; at += 1) journal.append(chain.seal(content(), at).receipts)
    assert.deepEqual(seqs(journal), [4])
    assert.equal(journal.lastReceipt()?.receipt.seq, 4)
  })

  it('go when they are old, but the newest do not, whatever the clock says', test => {
    let now = 0
    const { journal, chain } = open(test, { keepReceipts: { bytes: 1e9, ms: 100, always: 2 }, now: () => now })
    const add = (at: number): void => {
      now = at
      journal.append(chain.seal(content(), at).receipts)
    }
    for (const at of [1, 2, 3]) add(at)
    add(1_000_000)
    assert.deepEqual(seqs(journal), [4, 5])
    add(4)
    add(5)
    assert.deepEqual(seqs(journal), [4, 5, 6, 7])
  })

  it('are handed out page by page, oldest first', test => {
    const { journal, chain } = open(test)
    for (let at = 1; at <= limits.receipt.pageLines; at += 1) journal.append(chain.seal(content(), at).receipts)
    const first = journal.receipts(0)
    const second = journal.receipts(first.next ?? 0)
    assert.deepEqual([first.lines.length, second.lines.length, second.next], [limits.receipt.pageLines, 1, undefined])
  })

  it('are there exactly where the end of their run is, when the agent is killed', async test => {
    const file = join(tempFolder(test), 'journal.db')
    const writer = spawn(process.execPath, ['--conditions=source', join(import.meta.dirname, 'receipt-writer.ts'), file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    test.after(() => writer.kill('SIGKILL'))
    for await (const line of createInterface({ input: writer.stdout })) if (line === '40') writer.kill('SIGKILL')
    if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit')
    const journal = openJournal(file)
    test.after(() => journal.close())
    const runs = journal.recent(10_000).flatMap(run => (run.state === 'ended' && run.receipt ? [run.receipt] : []))
    const ofRuns = receiptsIn(journal).filter(({ receipt }) => receipt.type === 'run')
    assert.ok(runs.length >= 40)
    assert.deepEqual(
      runs.toReversed().map(({ hash }) => hash),
      ofRuns.map(({ hash }) => hash),
    )
    assert.deepEqual(
      journal.outbox(10_000).map(({ frame }) => frame.type === 'job.result' && frame.receipt?.hash),
      ofRuns.map(({ hash }) => hash),
    )
  })

  it('are not there where their run could not be saved', test => {
    const { journal, chain } = open(test, { outboxBytes: 1 })
    const { receipts, anchor } = chain.seal(content(), 1)
    const jobId = newId('job')
    const identity = { jobId, kind: 'cache.purge', input: {}, origin: 'owner', attempt: 0, epoch: 0, runMs: 1, createdAt: 1 } as const
    assert.throws(() => journal.save({ ...identity, state: 'accepted' }, [], receipts), { code: 'outbox.full' })
    assert.deepEqual([journal.find(jobId), seqs(journal)], [undefined, []])
    assert.equal(anchor.seq, 2)
  })
})
