import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
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

/** The gateway has all that waits. */
function forgetAll(journal: Journal): void {
  for (const { id } of journal.outbox(100)) journal.acknowledge(id)
}

describe('the journal', () => {
  it('gives a run back as it was saved last, and without its input once it has ended', test => {
    const { journal } = open(test)
    journal.save(accepted('a'))
    assert.deepEqual(journal.find('a'), accepted('a'))
    journal.save(ended('a'))
    assert.deepEqual(journal.find('a'), { ...ended('a'), input: null })
    assert.equal(journal.find('b'), undefined)
  })

  it('lists what has not ended, oldest first, and everything, what was saved last first', test => {
    const { journal } = open(test)
    for (const run of [accepted('b', 2), accepted('a', 1), accepted('c', 3)]) journal.save(run)
    journal.save(ended('c'))
    assert.deepEqual(
      journal.unfinished().map(run => run.jobId),
      ['a', 'b'],
    )
    assert.deepEqual(
      journal.recent(2).map(run => run.jobId),
      ['c', 'a'],
    )
  })

  it('knows which steps of a running run had begun', test => {
    const { journal } = open(test)
    journal.save(running('a'))
    journal.step('a', 'one', 'idempotent')
    journal.step('a', 'two', 'not repeatable')
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
    forgetAll(journal)
    assert.deepEqual(journal.outbox(10), [])
  })

  it('keeps the outcome that took the place of the one which the gateway has', test => {
    const { journal } = open(test)
    journal.save(ended('a'), [result('a')])
    const [before] = journal.outbox(10)
    journal.save(ended('a'), [result('a', 'under a newer lease')])
    journal.acknowledge(before?.id ?? 0)
    assert.deepEqual(
      journal.outbox(10).map(({ frame }) => frame),
      [result('a', 'under a newer lease')],
    )
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
    forgetAll(journal)
    journal.save(accepted('e'))
  })

  it('saves run and frames together or not at all', test => {
    const { journal } = open(test, { outboxBytes: 1 })
    assert.throws(() => journal.save(accepted('a'), [created('a')]), { code: 'outbox.full' })
    assert.equal(journal.find('a'), undefined)
    assert.deepEqual(journal.outbox(10), [])
  })

  it('holds no steps of runs that are over when it is opened again', test => {
    const { journal, file } = open(test)
    journal.save(running('a'))
    journal.step('a', 'write', 'idempotent')
    journal.save(ended('b'))
    journal.step('b', 'write', 'idempotent')
    journal.close()
    const again = openJournal(file)
    again.save(running('b'))
    const begun = again.unfinished().map(run => run.state === 'running' && [run.jobId, run.steps.length])
    again.close()
    assert.deepEqual(begun, [
      ['a', 1],
      ['b', 0],
    ])
  })

  it('forgets ended runs beyond those that it keeps, once they are old enough', test => {
    let now = 10
    const { journal } = open(test, { keepRuns: 2, keepMs: 100, tidyEvery: 1, now: () => now })
    for (const [index, id] of ['a', 'b', 'c'].entries()) journal.save(ended(id, index + 1))
    assert.ok(journal.find('a'))
    now = 200
    journal.save(ended('d', 150))
    assert.equal(journal.find('a'), undefined)
    assert.equal(journal.find('b'), undefined)
    assert.ok(journal.find('c'))
  })

  it('keeps the newest ended runs whole as far as its bytes go, and of the others how they ended', test => {
    const { journal } = open(test, { keepBytes: 2_000, tidyEvery: 1 })
    const long = (id: string, finishedAt: number): Run => ({
      ...accepted(id),
      state: 'ended',
      finishedAt,
      end: { outcome: 'succeeded', effect: 'applied', result: { summary: 'x'.repeat(700) } },
    })
    for (const [index, id] of ['a', 'b', 'c'].entries()) journal.save(long(id, index + 1))
    const result = (id: string): unknown => {
      const run = journal.find(id)
      return run?.state === 'ended' && run.end.outcome === 'succeeded' && [run.end.effect, run.end.result !== undefined]
    }
    assert.deepEqual(['a', 'b', 'c'].map(result), [
      ['applied', false],
      ['applied', true],
      ['applied', true],
    ])
  })

  it('shows first and keeps whole what came last, also after a clock that was ahead has been set right', test => {
    const { journal } = open(test, { keepRuns: 2, keepMs: 100, tidyEvery: 1, now: () => 1_000 })
    for (const id of ['ahead', 'ahead too']) journal.save({ ...ended(id, 9_000_000), createdAt: 9_000_000 })
    for (const id of ['before', 'after', 'last']) journal.save({ ...ended(id, 500), createdAt: 500 })
    assert.deepEqual(
      journal.recent(2).map(run => [run.jobId, run.state === 'ended' && run.end.outcome === 'succeeded' && run.end.result]),
      [
        ['last', { summary: 'done' }],
        ['after', { summary: 'done' }],
      ],
    )
    assert.equal(journal.find('before'), undefined)
  })

  it('forgets nothing because of a clock that was set forth, but what is over the number that it keeps', test => {
    let now = 1_000
    const { journal } = open(test, { keepRuns: 2, tidyEvery: 1, now: () => now })
    for (const id of ['a', 'b']) journal.save(ended(id, now))
    now += 365 * 86_400_000
    journal.save(ended('c', now))
    assert.deepEqual(
      ['a', 'b', 'c'].map(id => journal.find(id) !== undefined),
      [false, true, true],
    )
  })

  it('neither shortens nor forgets a run whose outcome the gateway has not heard of', test => {
    const { journal } = open(test, { keepRuns: 1, keepBytes: 1, keepMs: 0, mostRuns: 2, tidyEvery: 1, now: () => 1_000 })
    journal.save(ended('a', 1), [result('a', 'told')])
    for (let index = 2; index < 10; index += 1) journal.save(ended(`other-${index}`, index))
    assert.deepEqual(journal.find('a'), { ...ended('a', 1), input: null })
    forgetAll(journal)
    journal.save(ended('last', 20))
    assert.equal(journal.find('a'), undefined)
  })

  it('stays small over 10,000 jobs', test => {
    // In memory where there is such a disk: this is about bytes, and 20,000 syncs take their time.
    const folder = tempFolder(test, existsSync('/dev/shm') ? '/dev/shm' : undefined)
    const file = join(folder, 'journal.db')
    const journal = openJournal(file, { now: () => 1 })
    test.after(() => journal.close())
    const text = 'x'.repeat(3_000)
    for (let index = 0; index < 10_000; index += 1) {
      const jobId = `job-${index}`
      const run = ended(jobId, index)
      journal.save({ ...run, end: { outcome: 'succeeded', effect: 'none', result: { summary: text } } } as Run, [result(jobId, text)])
      forgetAll(journal)
    }
    const bytes = statSync(file).size + statSync(`${file}-wal`).size
    assert.ok(bytes < 12_000_000, `${bytes} bytes`)
    assert.equal(journal.recent(1).length, 1)
  })

  it('remembers nonces that are out of date until many more have come, so that a clock that is set makes none new', test => {
    let now = 0
    const { journal } = open(test, { now: () => now })
    assert.equal(journal.nonce('n', 100), true)
    assert.equal(journal.nonce('n', 100), false)
    now = 10_000
    assert.equal(journal.nonce('m', 10_100), true)
    now = 0
    assert.equal(journal.nonce('n', 100), false)
    now = 20_000
    const enough = 6 * limits.local.clockSkewSeconds * limits.local.requestsPerSecond
    for (let index = 0; index < enough; index += 1) journal.nonce(`more-${index}`, 20_000 + index)
    assert.equal(journal.nonce('n', 30_000), true)
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
