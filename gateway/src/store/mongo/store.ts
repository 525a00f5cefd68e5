import type { Store } from '../../ports/store.ts'
import type { StoreParts } from '../store-parts.ts'
import { mongoAgents } from './agents.ts'
import { mongoAudit } from './audit.ts'
import { openMongo } from './database.ts'
import { mongoJobs } from './jobs.ts'
import { mongoSites } from './sites.ts'
import { mongoTokens } from './tokens.ts'

/**
 * Everything that many gateways keep together, in one MongoDB database.
 * @throws PlatenError store.unavailable where it does not answer, input.invalid where the URL is none
 */
export async function mongoStore(url: string, parts: StoreParts): Promise<Store> {
  const database = await openMongo(url, parts.random)
  return {
    jobs: mongoJobs(database, parts),
    sites: mongoSites(database),
    agents: mongoAgents(database),
    tokens: mongoTokens(database),
    audit: mongoAudit(database),
    healthy: async () => (await database.guarded(() => database.count('health', 1, {}))) > 0,
    close: () => database.close(),
  }
}
