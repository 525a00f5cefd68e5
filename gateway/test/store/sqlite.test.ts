import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { kinds } from '@platen/protocol'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../src/store/sqlite/store.ts'
import { conformStore } from '../conformance/store.ts'
import type { StorePlace } from '../conformance/store-place.ts'
import { TwoAccounts } from '../conformance/two-accounts.ts'

async function newPlace(): Promise<StorePlace & { file: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'platen-store-'))
  const file = join(folder, 'gateway.db')
  return { file, open: async () => sqliteStore(file, { kinds, random: () => 0 }), remove: async () => rmSync(folder, { recursive: true }) }
}

conformStore(newPlace)

describe('the SQLite store', () => {
  let place: StorePlace & { file: string }
  beforeEach(async () => (place = await newPlace()))
  afterEach(() => place.remove())

  it('gives each job to one of two processes that claim at the same time', { timeout: 20_000 }, async () => {
    const two = await TwoAccounts.make(async () => ({ ...place, remove: async () => {} }))
    const made = await Promise.all(Array.from({ length: 40 }, () => two.queue(two.mine)))
    const program = join(import.meta.dirname, 'claimer.ts')
    const claimers = [1, 2].map(() => fork(program, [place.file, two.mine.siteId], { execArgv: ['--conditions=source'] }))
    const ends = claimers.map(claimer => once(claimer, 'exit'))
    await Promise.all(claimers.map(claimer => once(claimer, 'message')))
    const answers = claimers.map(claimer => once(claimer, 'message'))
    for (const claimer of claimers) claimer.send('go')
    const claimed = (await Promise.all(answers)).flatMap(([ids]) => ids as string[])
    await Promise.all(ends)
    await two.remove()
    assert.deepEqual(claimed.toSorted(), made.map(({ id }) => id).toSorted())
  })

  it('lets nobody change or remove a line of the audit log, not even behind its back', async () => {
    const two = await TwoAccounts.make(async () => ({ ...place, remove: async () => {} }))
    const database = new Database(place.file)
    for (const sql of ["UPDATE audit SET outcome = 'nothing'", 'DELETE FROM audit'])
      assert.throws(() => database.prepare(sql).run(), /append-only/)
    database.close()
    await two.remove()
  })

  it('refuses a file of a newer gateway, and leaves it as it is', async () => {
    await (await place.open()).close()
    const database = new Database(place.file)
    database.pragma('user_version = 999')
    await assert.rejects(place.open(), { code: 'store.unavailable' })
    assert.equal(database.pragma('user_version', { simple: true }), 999)
    database.close()
  })

  it('says that it is unavailable where the file is another program’s, or in a folder that is not there', async () => {
    writeFileSync(place.file, 'This is a letter and no database, however often it is opened as if it were one.'.repeat(50))
    await assert.rejects(place.open(), { code: 'store.unavailable' })
    assert.throws(() => sqliteStore(join(place.file, 'below', 'gateway.db'), { kinds, random: () => 0 }), { code: 'store.unavailable' })
  })
})
