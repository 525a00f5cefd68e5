import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { kinds } from '@platen/protocol'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../src/store/sqlite/store.ts'
import { conformStore } from '../conformance/store.ts'
import { openAt, type StorePlace } from '../conformance/store-place.ts'
import { auditLine, TwoAccounts } from '../conformance/two-accounts.ts'

async function newPlace(): Promise<StorePlace> {
  const folder = mkdtempSync(join(tmpdir(), 'platen-store-'))
  return { address: join(folder, 'gateway.db'), remove: async () => rmSync(folder, { recursive: true }) }
}

conformStore(newPlace)

describe('the SQLite store', () => {
  let place: StorePlace
  beforeEach(async () => (place = await newPlace()))
  afterEach(() => place.remove())

  it('lets nobody change or remove a line of the audit log, not even behind its back', async () => {
    const two = await TwoAccounts.make(async () => ({ ...place, remove: async () => {} }))
    const database = new Database(place.address)
    for (const sql of ["UPDATE audit SET outcome = 'nothing'", 'DELETE FROM audit'])
      assert.throws(() => database.prepare(sql).run(), /append-only/)
    database.close()
    await two.remove()
  })

  it('tells the cause of a write that failed, of which its caller hears the code alone', async test => {
    const two = await TwoAccounts.make(async () => ({ ...place, remove: async () => {} }))
    test.after(() => two.remove())
    const line = auditLine(two.mine)
    await two.store.audit.append(line)
    await assert.rejects(two.store.audit.append(line), { code: 'store.unavailable', cause: undefined })
    const [{ cause, ...told } = { cause: '' }, ...more] = two.failures
    assert.deepEqual([told, more], [{ at: 'audit.append', code: 'store.unavailable' }, []])
    assert.match(cause, /^SQLITE_CONSTRAINT\w*: .*UNIQUE constraint failed: audit\.id/)
  })

  it('has one heavy job a site and one queued job a key, whatever a gateway believes', async test => {
    const two = await TwoAccounts.make(async () => ({ ...place, remove: async () => {} }))
    test.after(() => two.remove())
    const [first, second] = [await two.queue(two.mine, { coalesceKey: 'k' }), await two.queue(two.mine, { coalesceKey: 'l' })]
    const elsewhere = await two.queue(two.theirs)
    const database = new Database(place.address)
    test.after(() => database.close())
    const write = (column: string, value: string, { id }: { readonly id: string }): unknown =>
      database.prepare(`UPDATE jobs SET ${column} = ? WHERE id = ?`).run(value, id)
    write('slot', two.mine.siteId, first)
    assert.throws(() => write('slot', two.mine.siteId, second), /UNIQUE constraint failed: jobs\.slot/)
    write('slot', two.theirs.siteId, elsewhere)
    assert.throws(() => write('coalesce_key', 'k', second), /UNIQUE constraint failed: jobs\.place, jobs\.coalesce_key/)
    write('coalesce_key', 'k', elsewhere)
  })

  it('refuses a file of a newer gateway, and leaves it as it is', async () => {
    await (await openAt(place.address)).close()
    const database = new Database(place.address)
    database.pragma('user_version = 999')
    await assert.rejects(openAt(place.address), { code: 'store.unavailable' })
    assert.equal(database.pragma('user_version', { simple: true }), 999)
    database.close()
  })

  it('says that it is unavailable where the file is another program’s, or in a folder that is not there', async () => {
    writeFileSync(place.address, 'This is a letter and no database, however often it is opened as if it were one.'.repeat(50))
    await assert.rejects(openAt(place.address), { code: 'store.unavailable' })
    assert.throws(() => sqliteStore(join(place.address, 'below', 'gateway.db'), { kinds, random: () => 0 }), { code: 'store.unavailable' })
  })
})
