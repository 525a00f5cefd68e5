import { kinds } from '@platen/protocol'
import type { Store } from '../../src/ports/store.ts'
import { mongoStore } from '../../src/store/mongo/store.ts'
import { sqliteStore } from '../../src/store/sqlite/store.ts'

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
export async function openAt(address: string): Promise<Store> {
  const parts = { kinds, random: Math.random }
  return address.startsWith('mongodb') ? mongoStore(address, parts) : sqliteStore(address, parts)
}
