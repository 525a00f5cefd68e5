import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { kinds, newId } from '@platen/protocol'
import Database from 'better-sqlite3'
import { usualBounds } from '../../src/store/queue-room.ts'
import { Writer } from '../../src/store/sqlite/writer.ts'

const bounds = { writes: 3, bytes: 1_000_000 }
const unavailable = { code: 'store.unavailable' }

describe('the writer of the SQLite store, whose disk stands still', () => {
  let folder: string
  let writer: Writer
  let lock: Database.Database
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'platen-writer-'))
    const file = join(folder, 'gateway.db')
    writer = new Writer({ file, kinds, bounds: usualBounds }, Math.random, () => {}, bounds)
    await look()
    lock = new Database(file)
    lock.exec('BEGIN IMMEDIATE')
  })
  afterEach(async () => {
    lock.close()
    await writer.close()
    rmSync(folder, { recursive: true })
  })

  const look = (): Promise<unknown> => writer.write('health', 'look', [])
  const named = (bytes: number): Promise<unknown> => writer.write('tokens', 'createAccount', [newId('acct'), 'x'.repeat(bytes), 0])
  /** Tries until there is room again: what the thread has done it tells a turn of the event loop later. */
  const untilTaken = async (): Promise<void> => {
    for (let isTaken = false; !isTaken; await new Promise(resolve => setImmediate(resolve)))
      isTaken = await look().then(
        () => true,
        () => false,
      )
  }

  it('takes so many writes and no more, and does them when the disk goes on', async () => {
    const taken = [look(), look(), look()]
    await assert.rejects(look(), unavailable)
    lock.exec('ROLLBACK')
    await Promise.all(taken)
    await look()
  })

  it('takes so many bytes and no more, however few writes they are', async () => {
    const taken = [named(600_000), named(600_000)]
    await assert.rejects(look(), unavailable)
    lock.exec('ROLLBACK')
    await Promise.all(taken)
    await look()
  })

  it('takes no more in place of those that it has given up, which its thread still has, before that has told of them', async test => {
    test.mock.timers.enable({ apis: ['setTimeout'] })
    const given = [look(), look(), look()].map(promise => assert.rejects(promise, unavailable))
    test.mock.timers.tick(30_000)
    await Promise.all(given)
    const late = look()
    lock.exec('ROLLBACK')
    await assert.rejects(late, unavailable)
    await untilTaken()
  })
})
