import type { Page, PageRequest } from '../../ports/page.ts'
import { PageFiller } from '../page-filler.ts'
import type { Row, SqlDatabase } from './database.ts'

/** One stretch of a table, newest first; ids are UUIDv7, so the order of ids is the order of creation. */
export function listing<Item extends { readonly id: string }>(
  database: SqlDatabase,
  table: 'sites' | 'agents' | 'tokens' | 'jobs' | 'audit',
  where: Readonly<Record<string, string>>,
  { after, limit }: PageRequest,
  item: (row: Row) => Item,
): Page<Item> {
  const conditions = [...Object.keys(where).map(column => `${column} = ?`), ...(after === undefined ? [] : ['id < ?'])]
  const values = [...Object.values(where), ...(after === undefined ? [] : [after]), limit + 1]
  const sql = `SELECT * FROM ${table} WHERE ${conditions.join(' AND ')} ORDER BY id DESC LIMIT ?`
  const filler = new PageFiller<Item>(limit)
  database.each(sql, values, row => filler.take(() => item(row), bytesOf(row)))
  return filler.page()
}

function bytesOf(row: Row): number {
  return Object.values(row).reduce<number>((sum, value) => sum + (typeof value === 'string' ? Buffer.byteLength(value) : 0), 0)
}
