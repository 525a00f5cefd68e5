import type { SqlDatabase } from './database.ts'

/** Whether anything can be committed: the only way to know of a full disk, or one that became read-only, is to write to it. */
export interface Health {
  /** @throws PlatenError store.unavailable, disk.full */
  look(): Promise<void>
}

/** One row that counts how often somebody looked. */
export function sqliteHealth(database: SqlDatabase): Health {
  return {
    look: async () => void database.run('INSERT INTO health (id, looks) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET looks = looks + 1'),
  }
}
