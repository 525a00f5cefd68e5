import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'

/** Jobs of one agent, by how far it is with them. */
export interface InFlight {
  /** Those whose step has begun, and has not ended. */
  readonly stepping: readonly string[]
  /** Those that have begun. */
  readonly running: readonly string[]
  /** All of which the gateway has not heard the end. */
  readonly unheard: readonly string[]
  /** Those among them that the gateway leased to it: what was made at the site is nobody else's, however long it is silent. */
  readonly leased: readonly string[]
}

/** Reads a copy of the journal: its owner holds the file itself, even while it stands still. */
export async function inFlight(state: string, copy: string): Promise<InFlight> {
  await cp(state, copy, { recursive: true, filter: source => !source.endsWith('.sock') })
  try {
    const database = new Database(join(copy, 'journal.db'))
    const ids = (sql: string): string[] => (database.prepare(sql).all() as { job_id: string }[]).map(({ job_id: id }) => id)
    const unended = ids('SELECT job_id FROM runs WHERE ended = 0')
    const running = ids("SELECT job_id FROM runs WHERE ended = 0 AND body ->> '$.state' = 'running'")
    const stepping = ids("SELECT DISTINCT job_id FROM steps JOIN runs USING (job_id) WHERE ended = 0 AND phase = 'begun'")
    const results = ids("SELECT job_id FROM outbox WHERE about = 'outcome'")
    const own = new Set(ids("SELECT job_id FROM runs WHERE body ->> '$.origin' <> 'platform'"))
    database.close()
    const unheard = [...unended, ...results]
    return { stepping, running, unheard, leased: unheard.filter(id => !own.has(id)) }
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}
