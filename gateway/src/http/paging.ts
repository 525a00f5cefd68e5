import { PlatenError } from '@platen/protocol'
import type { Page, PageRequest } from '../ports/page.ts'

const usual = 50
const most = 100
const id = /^[a-z]+_[0-9a-f-]{36}$/

/** Reads `cursor` and `limit` of a list. @throws PlatenError cursor.invalid, input.invalid */
export function pageRequest(query: Readonly<Record<string, string>>): PageRequest {
  const limit = query['limit'] === undefined ? usual : Number(query['limit'])
  if (!Number.isInteger(limit) || limit < 1 || limit > most)
    throw new PlatenError('input.invalid', `limit: 1 to ${most} is meant.`, { field: 'limit' })
  const cursor = query['cursor']
  if (cursor === undefined) return { limit }
  const after = Buffer.from(cursor, 'base64url').toString('utf8')
  if (!id.test(after)) throw new PlatenError('cursor.invalid', undefined, { field: 'cursor' })
  return { limit, after }
}

/** A page as the API answers it. */
export function pageAnswer<Item>({ items, nextCursor }: Page<Item>, show: (item: Item) => object): object {
  return { items: items.map(show), ...(nextCursor === undefined ? {} : { nextCursor: Buffer.from(nextCursor).toString('base64url') }) }
}
