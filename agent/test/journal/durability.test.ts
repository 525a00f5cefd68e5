import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import Database from 'better-sqlite3'
import { openJournal } from '../../src/journal/sqlite-journal.ts'
import { tempFolder } from '../support/temp-folder.ts'

/** What the journal's own connection says of itself: these settings belong to a connection, and no other one can see them. */
function settingsOf(test: TestContext, file: string): unknown[] {
  const { mock } = test.mock.method(Database.prototype, 'pragma')
  const journal = openJournal(file)
  const connection = mock.calls.at(-1)?.this as Database.Database
  mock.restore()
  const settings = ['journal_mode', 'synchronous', 'locking_mode'].map(name => connection.pragma(name, { simple: true }))
  journal.close()
  return settings
}

describe('a commit of the journal', () => {
  /** As `PRAGMA synchronous` counts: the log is synced before a commit returns. */
  const full = 2

  it('is on the disk when it returns, and the file is nobody else’s: in a new journal, an old one, and the heir of a broken one', test => {
    const file = join(tempFolder(test), 'journal.db')
    const wanted = ['wal', full, 'exclusive']
    assert.deepEqual(settingsOf(test, file), wanted)
    assert.deepEqual(settingsOf(test, file), wanted)
    writeFileSync(file, 'this is no database, and long enough to be told from one that is empty')
    assert.deepEqual(settingsOf(test, file), wanted)
  })
})
