import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, it, type TestContext } from 'node:test'
import { openJournal, type JournalOptions } from '../../src/journal/sqlite-journal.ts'
import type { Journal } from '../../src/ports/journal.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { HandKeys, receiptsIn, testChain } from '../support/test-receipts.ts'
import { endPurge, purgeRun, saveEnd, settleAll } from './ended-purge.ts'

function open(test: TestContext, options?: JournalOptions, file = join(tempFolder(test), 'journal.db')): Journal {
  const journal = openJournal(file, options)
  test.after(() => journal.close())
  return journal
}

/** Jobs that a receipt follows on, and the hash of the receipt that it follows. */
const followed = (journal: Journal): string[][] =>
  receiptsIn(journal).flatMap(({ receipt }) => (receipt.type === 'follow' ? [[receipt.job, receipt.follows.hash]] : []))

describe('follow-ups on record', () => {
  it('are there exactly where their receipts are, when the agent is killed', async test => {
    const file = join(tempFolder(test), 'journal.db')
    const writer = spawn(process.execPath, ['--conditions=source', join(import.meta.dirname, 'follow-up-writer.ts'), file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    test.after(() => writer.kill('SIGKILL'))
    for await (const line of createInterface({ input: writer.stdout })) if (line === '40') writer.kill('SIGKILL')
    if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit')
    const journal = open(test, {}, file)
    const runs = journal.recent(10_000).toReversed()
    const noted = runs.filter(({ jobId }) => journal.followUps.of(jobId).length === 1)
    assert.ok(noted.length >= 40)
    assert.deepEqual(
      followed(journal),
      noted.map(run => [run.jobId, run.state === 'ended' && run.receipt?.hash]),
    )
    const waiting = runs.filter(({ jobId }) => journal.cdn.isOpen(jobId))
    assert.equal(noted.length + waiting.length, runs.length)
  })

  it('are signed although the run that they are about was forgotten meanwhile', test => {
    const journal = open(test, { keepRuns: 1, keepMs: -1, mostRuns: 1, tidyEvery: 1 })
    const chain = testChain(journal, new HandKeys())
    const jobId = endPurge(journal, chain)
    const hash = journal.lastReceipt()?.hash
    for (const { id } of journal.outbox(1)) journal.acknowledge(id)
    saveEnd(journal, chain, purgeRun())
    assert.equal(journal.find(jobId), undefined)
    settleAll(journal, chain)
    assert.deepEqual(followed(journal), [[jobId, hash]])
  })

  it('wait for the end of a run that is not on record yet', test => {
    const journal = open(test)
    const chain = testChain(journal, new HandKeys())
    const run = purgeRun()
    const { jobId } = run
    journal.save(run)
    journal.cdn.add({ jobId, what: { everything: true }, urgent: false }, () => false)
    settleAll(journal, chain)
    assert.deepEqual(journal.followUps.of(jobId), [])
    const { startedAt: _at, steps: _steps, ...begun } = run
    saveEnd(journal, chain, begun)
    const hash = journal.lastReceipt()?.hash
    journal.cdn.leave(jobId, undefined, chain)
    assert.deepEqual([journal.followUps.of(jobId).length, followed(journal)], [1, [[jobId, hash]]])
  })

  it('are noted without a receipt where nobody signs, or the run has none', test => {
    const journal = open(test)
    const chain = testChain(journal, new HandKeys())
    const signed = endPurge(journal, chain)
    settleAll(journal, chain)
    const before = journal.lastReceipt()?.receipt.seq
    journal.cdn.add({ jobId: 'none', what: { everything: true }, urgent: false }, () => false)
    settleAll(journal, chain)
    assert.deepEqual([journal.followUps.of(signed).length, journal.followUps.of('none').length], [1, 1])
    assert.equal(journal.lastReceipt()?.receipt.seq, before)
  })
})
