import type { Filter } from 'mongodb'
import type { Page, PageRequest } from '../../ports/page.ts'
import { PageFiller } from '../page-filler.ts'
import type { MongoDatabase, Row } from './database.ts'
import { bytesOf, thingOf } from './documents.ts'

/** Rows that one answer of the server brings: more of the largest ones than a page takes need not be read. */
const atOnce = 25

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
    .batchSize(atOnce)
  const filler = new PageFiller<Item>(limit)
  await database.guarded(async () => {
    for await (const row of found) if (!filler.take(() => thingOf(row) as Item, bytesOf(row))) break
  })
  return filler.page()
}
