import { PlatenError } from '@platen/protocol'
import type { Site, SiteCdn, SiteStore } from '../../ports/sites.ts'
import type { Row, SqlDatabase } from './database.ts'
import { listing } from './listing.ts'
import { recorded } from './request-records.ts'

/** Sites in SQLite. */
export function sqliteSites(database: SqlDatabase): SiteStore {
  const find = (accountId: string, id: string): Site | undefined => {
    const row = database.get('SELECT * FROM sites WHERE account_id = ? AND id = ?', accountId, id)
    return row && site(row)
  }
  return {
    create: async (created, record) =>
      recorded(database, created.accountId, record, created.id, {
        fresh: async () => insert(database, created),
        again: async id => find(created.accountId, id) as Site,
      }),
    find: async (accountId, id) => find(accountId, id),
    setCdn: async (accountId, id, cdn, record) => {
      const sql = 'UPDATE sites SET cdn = ? WHERE account_id = ? AND id = ?'
      const fresh = async (): Promise<boolean> => database.run(sql, cdn && JSON.stringify(cdn), accountId, id) > 0
      return recorded(database, accountId, record, id, { fresh, again: async () => true })
    },
    list: async (accountId, page) => listing(database, 'sites', { account_id: accountId }, page, site),
  }
}

/** @throws PlatenError site.not_found where the site is not the account's */
export function requireSite(database: SqlDatabase, accountId: string, siteId: string): void {
  if (!database.get('SELECT 1 FROM sites WHERE account_id = ? AND id = ?', accountId, siteId))
    throw new PlatenError('site.not_found', undefined, { field: 'siteId' })
}

function insert(database: SqlDatabase, created: Site): Site {
  const sql = 'INSERT INTO sites (id, account_id, url, created_at) VALUES (?, ?, ?, ?) ON CONFLICT (account_id, url) DO NOTHING'
  const made = database.run(sql, created.id, created.accountId, created.url, created.createdAt)
  if (made === 0) throw new PlatenError('site.exists', undefined, { field: 'url' })
  return created
}

function site(row: Row): Site {
  return {
    id: String(row['id']),
    accountId: String(row['account_id']),
    url: String(row['url']),
    createdAt: Number(row['created_at']),
    ...(row['cdn'] === null ? {} : { cdn: JSON.parse(String(row['cdn'])) as SiteCdn }),
  }
}
