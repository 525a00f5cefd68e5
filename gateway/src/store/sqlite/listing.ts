import type { Page, PageRequest } from '../../ports/page.ts'
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
  const rows = database.all(`SELECT * FROM ${table} WHERE ${conditions.join(' AND ')} ORDER BY id DESC LIMIT ?`, ...values)
  const items = rows.slice(0, limit).map(item)
  const last = items.at(-1)
  return { items, ...(rows.length > limit && last ? { nextCursor: last.id } : {}) }
}
