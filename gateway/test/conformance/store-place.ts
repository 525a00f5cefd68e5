import { kinds } from '@platen/protocol'
import Database from 'better-sqlite3'
import type { Store } from '../../src/ports/store.ts'
import { clientOf } from '../../src/store/mongo/database.ts'
import { mongoStore } from '../../src/store/mongo/store.ts'
import { sqliteStore } from '../../src/store/sqlite/store.ts'
import type { StoreParts } from '../../src/store/store-parts.ts'

/** Where an implementation keeps its data: opened again, also by another process, it has to hold what was committed before. */
export interface StorePlace {
  /** A file of SQLite, or the URL of a MongoDB database. */
  readonly address: string
  /** Removes the data; the stores are closed. */
  remove(): Promise<void>
}

/** A place with nothing in it. */
export type NewPlace = () => Promise<StorePlace>

/** Opens the store of a place. */
export async function openAt(address: string, also: Partial<StoreParts> = {}): Promise<Store> {
  const parts = { kinds, random: Math.random, ...also }
  return isMongo(address) ? mongoStore(address, parts) : sqliteStore(address, parts)
}

/** Makes a job's document one that nobody can read, behind the store's back. */
export async function spoil(address: string, jobId: string): Promise<void> {
  if (isMongo(address)) {
    await using client = clientOf(address)
    await client
      .db()
      .collection<{ _id: string }>('jobs')
      .updateOne({ _id: jobId }, { $set: { document: 'no JSON' } })
    return
  }
  const database = new Database(address)
  database.prepare("UPDATE jobs SET document = 'no JSON' WHERE id = ?").run(jobId)
  database.close()
}

function isMongo(address: string): boolean {
  return address.startsWith('mongodb')
}
