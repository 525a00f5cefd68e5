import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, it, type TestContext } from 'node:test'
import { limits } from '@platen/protocol'
import type { Run } from '../../src/domain/run.ts'
import { openJournal, type JournalOptions } from '../../src/journal/sqlite-journal.ts'
import type { Journal, OutboxItem } from '../../src/ports/journal.ts'
import { tempFolder } from '../support/temp-folder.ts'

type Frame = OutboxItem['frame']

const accepted = (jobId: string, createdAt = 1): Run & { state: 'accepted' } => ({
  jobId,
  kind: 'cache.purge',
  input: { everything: true },
  origin: 'owner',
  attempt: 0,
  epoch: 0,
  runMs: 1_000,
  createdAt,
  state: 'accepted',
})

const ended = (jobId: string, finishedAt = 2): Run => ({
  ...accepted(jobId),
  state: 'ended',
  finishedAt,
  end: { outcome: 'succeeded', effect: 'none', result: { summary: 'done' } },
})

const running = (jobId: string): Run => ({ ...accepted(jobId), state: 'running', startedAt: 2, steps: [] })

const result = (jobId: string, text = ''): Frame => ({
  type: 'job.result',
  jobId,
  attempt: 0,
  epoch: 0,
  outcome: 'succeeded',
  effect: 'none',
  result: { summary: text },
  finishedAt: 2,
})

const created = (jobId: string): Frame => ({ type: 'job.created', jobId, kind: 'cache.purge', input: {}, origin: 'owner', createdAt: 1 })

function open(test: TestContext, options?: JournalOptions): { journal: Journal; file: string } {
  const file = join(tempFolder(test), 'journal.db')
  const journal = openJournal(file, options)
  test.after(() => journal.close())
  return { journal, file }
}

describe('the journal', () => {
  it('gives a run back as it was saved last', test => {
    const { journal } = open(test)
    journal.save(accepted('a'))
    journal.save(ended('a'))
    assert.deepEqual(journal.find('a'), ended('a'))
    assert.equal(journal.find('b'), undefined)
  })

  it('lists what has not ended, oldest first, and everything, newest first', test => {
    const { journal } = open(test)
    for (const run of [accepted('b', 2), accepted('a', 1), accepted('c', 3)]) journal.save(run)
    journal.save(ended('c'))
    assert.deepEqual(
      journal.unfinished().map(run => run.jobId),
      ['a', 'b'],
    )
    assert.deepEqual(
      journal.recent(2).map(run => run.jobId),
      ['b', 'c'],
    )
  })

  it('knows which steps of a running run had begun', test => {
    const { journal } = open(test)
    journal.save(running('a'))
    journal.step('a', 'one', 'idempotent', 'begun')
    journal.step('a', 'one', 'idempotent', 'ended')
    journal.step('a', 'two', 'not repeatable', 'begun')
    const [run] = journal.unfinished()
    assert.deepEqual(run?.state === 'running' && run.steps, [
      { name: 'one', kind: 'idempotent' },
      { name: 'two', kind: 'not repeatable' },
    ])
  })

  it('keeps frames in the order they came until each is acknowledged', test => {
    const { journal } = open(test)
    journal.save(accepted('a'), [created('a')])
    journal.save(ended('a'), [result('a')])
    assert.deepEqual(
      journal.outbox(10).map(item => item.frame),
      [created('a'), result('a')],
    )
    assert.equal(journal.waiting(), 1)
    journal.acknowledge('a', 'created')
    journal.acknowledge('a', 'outcome')
    assert.deepEqual(journal.outbox(10), [])
  })

  it('takes no new run when the results of all that it has taken might not fit, and never drops one', test => {
    const { journal } = open(test, { outboxBytes: 3 * limits.job.resultBytes })
    journal.save(accepted('a'))
    journal.save(accepted('b'))
    journal.save(ended('a'), [result('a', 'x'.repeat(limits.job.resultBytes - 1_000))])
    assert.throws(
      () => {
        journal.save(accepted('c'), [created('c')])
        journal.save(accepted('d'))
      },
      { code: 'outbox.full' },
    )
    journal.save(ended('b'), [result('b', 'x'.repeat(limits.job.resultBytes - 1_000))])
    assert.equal(journal.waiting(), 2)
    journal.acknowledge('a', 'outcome')
    journal.acknowledge('b', 'outcome')
    journal.save(accepted('e'))
  })

  it('saves run and frames together or not at all', test => {
    const { journal } = open(test, { outboxBytes: 1 })
    assert.throws(() => journal.save(accepted('a'), [created('a')]), { code: 'outbox.full' })
    assert.equal(journal.find('a'), undefined)
    assert.deepEqual(journal.outbox(10), [])
  })

  it('forgets ended runs beyond those that it keeps, once they are old enough', test => {
    let now = 10
    const { journal } = open(test, { keepRuns: 2, keepMs: 100, now: () => now })
    for (const [index, id] of ['a', 'b', 'c'].entries()) journal.save(ended(id, index + 1))
    assert.ok(journal.find('a'))
    now = 200
    journal.save(ended('d', 150))
    assert.equal(journal.find('a'), undefined)
    assert.equal(journal.find('b'), undefined)
    assert.ok(journal.find('c'))
  })

  it('knows a nonce until it expires', test => {
    let now = 0
    const { journal } = open(test, { now: () => now })
    assert.equal(journal.nonce('n', 100), true)
    assert.equal(journal.nonce('n', 100), false)
    now = 101
    assert.equal(journal.nonce('n', 300), true)
  })

  it('keeps small named values', test => {
    const { journal } = open(test)
    assert.equal(journal.get('seq'), undefined)
    journal.set('seq', '1')
    journal.set('seq', '2')
    assert.equal(journal.get('seq'), '2')
  })

  it('is for one agent at a time', test => {
    const { file } = open(test)
    assert.throws(() => openJournal(file), { code: 'site.locked' })
  })

  it('says so when its file is no journal', test => {
    assert.throws(() => openJournal(tempFolder(test)), { code: 'store.unavailable' })
  })

  it('holds every save that had returned when its process was killed, and lets go of its lock', async test => {
    const file = join(tempFolder(test), 'journal.db')
    const writer = spawn(process.execPath, ['--conditions=source', join(import.meta.dirname, 'journal-writer.ts'), file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    test.after(() => writer.kill('SIGKILL'))
    let saved = -1
    for await (const line of createInterface({ input: writer.stdout })) {
      saved = Number(line)
      if (saved === 40) writer.kill('SIGKILL')
    }
    if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit')
    assert.ok(saved >= 40)
    assert.ok(statSync(`${file}-wal`).size > 0)
    const journal = openJournal(file)
    try {
      for (let index = 0; index <= saved; index += 1) assert.equal(journal.find(`job-${index}`)?.state, 'ended')
      // One more may have been committed before its number was printed.
      assert.ok(journal.waiting() - saved - 1 <= 1)
    } finally {
      journal.close()
    }
  })
})
