import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { Run } from '../../src/domain/run.ts'
import { keepJournal } from '../../src/journal/kept-journal.ts'
import { openJournal } from '../../src/journal/sqlite-journal.ts'
import { jsonLog } from '../../src/system/json-log.ts'
import { canMount, mount, mountReadOnly, unmount } from '../support/mounts.ts'
import { tempFolder } from '../support/temp-folder.ts'

const run = (jobId: string, text = ''): Run => ({
  jobId,
  kind: 'cache.purge',
  input: { text },
  origin: 'owner',
  attempt: 0,
  epoch: 0,
  runMs: 1,
  createdAt: 1,
  state: 'accepted',
})
const log = jsonLog('test', () => {})
const skip = canMount() ? false : 'mounting needs root'

/** A journal with some runs, closed. */
function filled(test: TestContext, textLength = 500): string {
  const file = join(tempFolder(test), 'journal.db')
  const journal = openJournal(file)
  for (let index = 0; index < 200; index += 1)
    journal.save({
      ...run(`job-${index}`),
      state: 'ended',
      finishedAt: index,
      end: { outcome: 'succeeded', effect: 'none', result: { summary: 'x'.repeat(textLength) } },
    })
  journal.close()
  return file
}

/** Overwrites a stretch of a file. */
function overwrite(file: string, from: number, length: number): void {
  const descriptor = openSync(file, 'r+')
  writeSync(descriptor, Buffer.alloc(length, 0xa5), 0, length, from)
  closeSync(descriptor)
}

const places: readonly (readonly [where: string, from: (bytes: number) => number, length: number])[] = [
  ['its first page', () => 0, 100],
  ['pages in its middle', bytes => Math.floor(bytes / 2), 8_192],
  ['all of it', () => 0, 100_000],
]

describe('a journal whose file is broken', () => {
  for (const [where, from, length] of places) {
    it(`in ${where} is moved aside, and a fresh one is begun`, test => {
      const file = filled(test)
      overwrite(file, from(statSync(file).size), length)
      let aside = ''
      const journal = openJournal(file, { lost: path => (aside = path) })
      test.after(() => journal.close())
      assert.match(aside, /journal\.db\.corrupt-\d{8}T\d{6}Z$/)
      assert.ok(statSync(aside).size > 0)
      assert.equal(journal.find('job-1'), undefined)
      journal.save(run('new'))
      assert.ok(journal.find('new'))
    })
  }

  it('gives back what the owner said, where that can still be read', test => {
    const file = filled(test)
    const before = openJournal(file)
    before.set('owner.wishes', '{"vetoed":[]}')
    before.set('link.state_seq', '7')
    before.close()
    const { size } = statSync(file)
    overwrite(file, Math.floor(size / 2 / 4_096) * 4_096, 4_096)
    let lost = false
    const journal = openJournal(file, { lost: () => (lost = true) })
    test.after(() => journal.close())
    assert.deepEqual([lost, journal.get('owner.wishes'), journal.get('link.state_seq')], [true, '{"vetoed":[]}', undefined])
  })

  it('leaves one copy behind, however often it breaks', test => {
    const file = filled(test)
    for (const second of [1, 2, 3]) {
      writeFileSync(file, 'this is no database, and long enough to be told from one that is empty')
      openJournal(file, { now: () => second * 1_000 }).close()
    }
    const copies = readdirSync(join(file, '..')).filter(name => name.includes('corrupt'))
    assert.deepEqual(copies, ['journal.db.corrupt-19700101T000003Z'])
  })

  it('says so when that shows only while it is open', test => {
    const file = filled(test, 10_000)
    let broken = 0
    const journal = openJournal(file, { broken: () => (broken += 1) })
    test.after(() => journal.close())
    overwrite(file, 4_096, statSync(file).size - 4_096)
    assert.throws(
      () => {
        for (let index = 0; index < 200; index += 1) journal.find(`job-${index}`)
      },
      { code: 'store.unavailable' },
    )
    assert.ok(broken > 0)
  })
})

describe('a journal on a full disk', () => {
  it('refuses what does not fit, keeps what it has, and goes on when there is room', { skip }, test => {
    onDisk(test, 'size=2m', folder => {
      const journal = openJournal(join(folder, 'journal.db'))
      journal.save(run('kept'))
      const ballast = join(folder, 'ballast')
      fill(ballast)
      const saveMany = (): void => {
        for (let index = 0; index < 100; index += 1) journal.save(run(`more-${index}`, 'x'.repeat(60_000)))
      }
      assert.throws(saveMany, { code: 'disk.full' })
      assert.ok(journal.find('kept'))
      rmSync(ballast)
      journal.save(run('again', 'x'.repeat(60_000)))
      assert.ok(journal.find('again'))
      journal.close()
    })
  })

  it('opens all the same', { skip }, test => {
    onDisk(test, 'size=1m', folder => {
      const file = join(folder, 'journal.db')
      const before = openJournal(file)
      before.save(run('kept'))
      before.close()
      fill(join(folder, 'ballast'))
      const journal = openJournal(file)
      assert.ok(journal.find('kept'))
      assert.throws(() => journal.save(run('more', 'x'.repeat(60_000))), { code: 'disk.full' })
      journal.close()
    })
  })

  it('is never larger than it may be', test => {
    const file = join(tempFolder(test), 'journal.db')
    const journal = openJournal(file, { mostBytes: 1_000_000 })
    test.after(() => journal.close())
    assert.throws(
      () => {
        for (let index = 0; index < 100; index += 1) journal.set(`name-${index}`, 'x'.repeat(60_000))
      },
      { code: 'disk.full' },
    )
    assert.ok(statSync(file).size <= 1_000_000)
    assert.equal(journal.get('name-0')?.length, 60_000)
  })
})

describe('a journal that can’t be opened', () => {
  it('on a file system that is read-only is stood in for until it can', { skip }, test => {
    const folder = tempFolder(test)
    const file = join(folder, 'journal.db')
    openJournal(file).close()
    const timers: (() => void)[] = []
    let worn = 0
    const clock = { after: (_ms: number, call: () => void) => (timers.push(call), () => {}) }
    mountReadOnly(folder)
    try {
      const { journal, problem } = keepJournal(file, { clock, log, worn: () => (worn += 1) })
      assert.equal(problem, 'store.unavailable')
      assert.throws(() => journal.save(run('a')), { code: 'store.unavailable' })
      assert.deepEqual(journal.unfinished(), [])
      timers.shift()?.()
    } finally {
      unmount(folder)
    }
    assert.equal(worn, 0)
    timers.shift()?.()
    assert.equal(worn, 1)
  })

  it('since another agent holds it is none to be stood in for', test => {
    const file = join(tempFolder(test), 'journal.db')
    const other = openJournal(file)
    test.after(() => other.close())
    assert.throws(() => keepJournal(file, { clock: { after: () => () => {} }, log, worn: () => {} }), { code: 'site.locked' })
  })
})

/** Works in a folder that is a disk of its own. */
function onDisk(test: TestContext, options: string, work: (folder: string) => void): void {
  const folder = join(tempFolder(test), 'small')
  mkdirSync(folder)
  mount(folder, options)
  try {
    work(folder)
  } finally {
    unmount(folder)
  }
}

/** Takes all the room that there is. */
function fill(path: string): void {
  spawnSync('dd', ['if=/dev/zero', `of=${path}`, 'bs=4k'], { timeout: 10_000 })
}
