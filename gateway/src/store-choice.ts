import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PlatenError } from '@platen/protocol'
import type { Store } from './ports/store.ts'
import type { StoreParts } from './store/store-parts.ts'

/** Where a gateway keeps what it knows. */
export interface StoreChoice {
  /** Folder of the SQLite file where nothing else is named. */
  readonly data: string
  /** File that holds the URL of a MongoDB database: it has a password in it, which others would see in arguments. */
  readonly storeFile?: string
}

/** Opens the store of a gateway. @throws PlatenError store.unavailable, input.invalid */
export async function openStore({ data, storeFile }: StoreChoice, parts: StoreParts): Promise<Store> {
  if (storeFile === undefined) {
    const { sqliteStore } = await import('./store/sqlite/store.ts')
    return sqliteStore(join(data, 'gateway.db'), parts)
  }
  const { mongoStore } = await import('./store/mongo/store.ts')
  return mongoStore(urlIn(storeFile), parts)
}

function urlIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw new PlatenError('input.invalid', `--store-file: ${file} can’t be read.`, { cause: error, field: 'storeFile' })
  }
}
