import type { Filter } from 'mongodb'
import type { Page, PageRequest } from '../../ports/page.ts'
import type { MongoDatabase, Row } from './database.ts'
import { thingOf } from './documents.ts'

/** One stretch of a collection, newest first; ids are UUIDv7, so the order of ids is the order of creation. */
export async function listing<Item extends { readonly id: string }>(
  database: MongoDatabase,
  name: 'sites' | 'agents' | 'tokens' | 'jobs' | 'audit',
  where: Readonly<Record<string, string>>,
  { after, limit }: PageRequest,
): Promise<Page<Item>> {
  const filter: Filter<Row> = { ...where, ...(after === undefined ? {} : { _id: { $lt: after } }) }
  const found = database
    .rows(name)
    .find(filter)
    .sort({ _id: -1 })
    .limit(limit + 1)
  const rows = await database.guarded(() => found.toArray())
  const items = rows.slice(0, limit).map(row => thingOf(row) as Item)
  const last = items.at(-1)
  return { items, ...(rows.length > limit && last ? { nextCursor: last.id } : {}) }
}
