import type { Store } from '../../ports/store.ts'
import type { StoreParts } from '../store-parts.ts'
import { sqliteAgents } from './agents.ts'
import { sqliteAudit } from './audit.ts'
import type { SqlDatabase } from './database.ts'
import { sqliteHealth, type Health } from './health.ts'
import { sqliteJobs } from './jobs.ts'
import { sqliteSites } from './sites.ts'
import { sqliteTokens } from './tokens.ts'

/** Everything that a store keeps, by role. */
export type Roles = Pick<Store, 'jobs' | 'sites' | 'agents' | 'tokens' | 'audit'> & { readonly health: Health }

/** The roles on one open database. What writes has to be inside a transaction that somebody commits. */
export function sqliteRoles(database: SqlDatabase, parts: StoreParts): Roles {
  return {
    jobs: sqliteJobs(database, parts),
    sites: sqliteSites(database),
    agents: sqliteAgents(database),
    tokens: sqliteTokens(database),
    audit: sqliteAudit(database),
    health: sqliteHealth(database),
  }
}
