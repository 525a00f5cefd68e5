import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import Database from 'better-sqlite3'
import type { Job } from '../../src/domain/job.ts'
import { openDatabase } from '../../src/store/sqlite/database.ts'
import { TwoAccounts } from '../conformance/two-accounts.ts'
import { commitsIn } from './wal-commits.ts'

describe('a commit of the SQLite store', () => {
  let folder: string
  let file: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'platen-commits-'))
    file = join(folder, 'gateway.db')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('is synced before it is answered, whichever connection makes it', () => {
    for (const database of [openDatabase(file), openDatabase(file)]) {
      const of = (pragma: string): unknown => Object.values(database.get(`PRAGMA ${pragma}`) ?? {})[0]
      // FULL is 2: with NORMAL a commit in WAL is not synced, and a power cut takes what was answered.
      assert.deepEqual([of('journal_mode'), of('synchronous'), of('foreign_keys')], ['wal', 2, 1])
      database.close()
    }
  })

  it('holds all writes that were made at once, and the event loop is free while they wait for the disk', async test => {
    const two = await TwoAccounts.make(async () => ({ address: file, remove: async () => {} }))
    test.after(() => two.remove())
    const known = await two.queue(two.mine)
    const before = commitsIn(file)
    // Whoever wants to write waits until this one has ended.
    const lock = new Database(file)
    test.after(() => lock.close())
    lock.exec('BEGIN IMMEDIATE')
    let settled = 0
    const write = (): Promise<Job> => two.queue(two.mine).finally(() => (settled += 1))
    const first = write()
    for (let turn = 0; turn < 10; turn += 1) await new Promise(resolve => setImmediate(resolve))
    assert.equal(settled, 0)
    const writes = [first, ...Array.from({ length: 99 }, write)]
    assert.deepEqual(await two.store.jobs.find(two.mine.accountId, known.id), known)
    assert.equal(settled, 0)
    lock.exec('ROLLBACK')
    assert.equal(new Set((await Promise.all(writes)).map(({ id }) => id)).size, 100)
    assert.equal(commitsIn(file) - before, 1)
  })
})
