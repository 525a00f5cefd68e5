import type { Store } from '../../ports/store.ts'
import { usualBounds } from '../queue-room.ts'
import type { StoreParts } from '../store-parts.ts'
import { openDatabase } from './database.ts'
import { sqliteRoles, type Roles } from './roles.ts'
import { writes } from './write.ts'
import { Writer } from './writer.ts'

/**
 * Everything that one gateway keeps, in one SQLite file: read here, written by a thread beside it.
 * @throws PlatenError store.unavailable where the file can't be opened or is another program's
 */
export function sqliteStore(file: string, { kinds, random, report = () => {}, bounds = usualBounds }: StoreParts): Store {
  const database = openDatabase(file)
  database.readOnly()
  const reads = sqliteRoles(database, { kinds, random })
  const writer = new Writer({ file, kinds, bounds }, random, report)
  return {
    jobs: writing('jobs', reads.jobs, writer),
    sites: writing('sites', reads.sites, writer),
    agents: writing('agents', reads.agents, writer),
    tokens: writing('tokens', reads.tokens, writer),
    audit: writing('audit', reads.audit, writer),
    healthy: async () => {
      await writer.write('health', 'look', [])
      return true
    },
    close: async () => {
      await writer.close()
      database.close()
    },
  }
}

/** A role whose writes go to the writer. */
function writing<Role extends keyof Roles>(role: Role, reads: Roles[Role], writer: Writer): Roles[Role] {
  const calls = writes[role].map(method => [method, (...args: readonly unknown[]) => writer.write(role, method, args)] as const)
  return { ...reads, ...Object.fromEntries(calls) }
}
