import type { Store } from '../../ports/store.ts'
import { sqliteAgents } from './agents.ts'
import { sqliteAudit } from './audit.ts'
import { openDatabase } from './database.ts'
import { sqliteJobs } from './jobs.ts'
import { sqliteSites } from './sites.ts'
import { sqliteTokens } from './tokens.ts'

/**
 * Everything that one gateway keeps, in one SQLite file.
 * @throws PlatenError store.unavailable where the file can't be opened or is another program's
 */
export function sqliteStore(file: string, random: () => number): Store {
  const database = openDatabase(file)
  return {
    jobs: sqliteJobs(database, random),
    sites: sqliteSites(database),
    agents: sqliteAgents(database),
    tokens: sqliteTokens(database),
    audit: sqliteAudit(database),
    healthy: async () => database.transaction(() => database.get('SELECT 1 AS one')?.['one'] === 1),
    close: async () => database.close(),
  }
}
