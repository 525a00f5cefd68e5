import { PlatenError } from '@platen/protocol'
import type { Site, SiteStore } from '../../ports/sites.ts'
import type { MongoDatabase, Within } from './database.ts'
import { rowOf, thingOf } from './documents.ts'
import { listing } from './listing.ts'
import { recorded } from './request-records.ts'

/** Sites in MongoDB. */
export function mongoSites(database: MongoDatabase): SiteStore {
  const find = async (accountId: string, id: string, within: Within = {}): Promise<Site | undefined> => {
    const row = await database.rows('sites').findOne({ _id: id, accountId }, within)
    return row ? (thingOf(row) as Site) : undefined
  }
  return {
    create: (created, record) =>
      recorded(database, created.accountId, record, created.id, {
        fresh: within => insert(database, created, within),
        again: async (id, within) => (await find(created.accountId, id, within)) as Site,
      }),
    find: (accountId, id) => database.guarded(() => find(accountId, id)),
    setCdn: (accountId, id, cdn, record) =>
      recorded(database, accountId, record, id, {
        fresh: async within => {
          const known = await find(accountId, id, within)
          if (!known) return false
          const { cdn: _before, ...site } = known
          const { url } = site
          await database.rows('sites').replaceOne({ _id: id }, rowOf({ ...site, ...(cdn && { cdn }) }, { accountId, url }), within)
          return true
        },
        again: () => Promise.resolve(true),
      }),
    list: (accountId, page) => listing<Site>(database, 'sites', { accountId }, page),
  }
}

/** Whether the account has the site. */
export async function hasSite(database: MongoDatabase, accountId: string, siteId: string, within: Within): Promise<boolean> {
  return (await database.rows('sites').findOne({ _id: siteId, accountId }, { ...within, projection: { _id: 1 } })) !== null
}

async function insert(database: MongoDatabase, created: Site, within: Within): Promise<Site> {
  const { accountId, url } = created
  if (await database.rows('sites').findOne({ accountId, url }, within)) throw new PlatenError('site.exists', undefined, { field: 'url' })
  await database.rows('sites').insertOne(rowOf(created, { accountId, url }), within)
  return created
}
