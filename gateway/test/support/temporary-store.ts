import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kinds } from '@platen/protocol'
import type { Store } from '../../src/ports/store.ts'
import { sqliteStore } from '../../src/store/sqlite/store.ts'

/** A store in a folder of its own, which is removed when the store is closed. */
export function temporaryStore(): Store {
  const folder = mkdtempSync(join(tmpdir(), 'platen-store-'))
  const store = sqliteStore(join(folder, 'gateway.db'), { kinds, random: () => 0 })
  return {
    ...store,
    close: async () => {
      await store.close()
      rmSync(folder, { recursive: true })
    },
  }
}
