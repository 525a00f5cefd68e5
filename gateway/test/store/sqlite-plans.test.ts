import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { JobFilter } from '../../src/ports/jobs.ts'
import { openDatabase, type SqlDatabase } from '../../src/store/sqlite/database.ts'
import { conditions, read } from '../../src/store/sqlite/job-table.ts'
import { listing } from '../../src/store/sqlite/listing.ts'

describe('a list of jobs in SQLite', () => {
  let folder: string
  let database: SqlDatabase
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'platen-plans-'))
    database = openDatabase(join(folder, 'gateway.db'))
  })
  after(() => {
    database.close()
    rmSync(folder, { recursive: true })
  })

  /** How SQLite would look for a page. */
  const plan = (filter: JobFilter, after?: string): string => {
    const steps: unknown[] = []
    const explained: SqlDatabase = {
      ...database,
      each: (sql, values) => steps.push(...database.all(`EXPLAIN QUERY PLAN ${sql}`, ...values).map(row => row['detail'])),
    }
    listing(explained, 'jobs', conditions('acct_1', filter), { limit: 50, ...(after === undefined ? {} : { after }) }, read)
    return steps.join('; ')
  }

  it('goes along an index in the list’s own order, and neither scans nor sorts', () => {
    assert.match(plan({}), /^SEARCH jobs USING INDEX jobs_account \(account_id=\?\)$/)
    assert.match(plan({ state: 'failed' }), /^SEARCH jobs USING INDEX jobs_state \(account_id=\? AND state=\?\)$/)
    assert.match(plan({ state: 'failed' }, 'job_1'), /^SEARCH jobs USING INDEX jobs_state \(account_id=\? AND state=\? AND id<\?\)$/)
    assert.match(plan({ state: 'failed', kind: 'cache.purge' }), /^SEARCH jobs USING INDEX jobs_state \(account_id=\? AND state=\?\)$/)
  })

  it('of one site looks at jobs of that site alone, whatever else narrows it', () => {
    for (const filter of [{}, { state: 'failed' }, { kind: 'cache.purge' }] as const)
      assert.match(
        plan({ siteId: 'site_1', ...filter }, 'job_1'),
        /^SEARCH jobs USING INDEX jobs_site \(account_id=\? AND site_id=\? AND id<\?\)$/,
      )
  })
})
