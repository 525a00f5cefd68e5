import { PlatenError } from '@platen/protocol'
import type { Site, SiteStore } from '../../ports/sites.ts'
import type { Row, SqlDatabase } from './database.ts'
import { listing } from './listing.ts'

/** Sites in SQLite. */
export function sqliteSites(database: SqlDatabase): SiteStore {
  return {
    create: async ({ id, accountId, url, createdAt }) => {
      const made = database.run(
        'INSERT INTO sites (id, account_id, url, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
        id,
        accountId,
        url,
        createdAt,
      )
      if (made === 0) throw new PlatenError('site.exists', undefined, { field: 'url' })
    },
    find: async (accountId, id) => {
      const row = database.get('SELECT * FROM sites WHERE account_id = ? AND id = ?', accountId, id)
      return row && site(row)
    },
    list: async (accountId, page) => listing(database, 'sites', { account_id: accountId }, page, site),
  }
}

function site(row: Row): Site {
  return { id: String(row['id']), accountId: String(row['account_id']), url: String(row['url']), createdAt: Number(row['created_at']) }
}
