import { createHash } from 'node:crypto'
import type { Page } from '../../ports/page-fetcher.ts'

/** What matters of an answer when asking whether it is the new page. */
export interface Seen {
  readonly status: number
  /** What the cache header said, in capitals. */
  readonly cache: string | undefined
  /** When PHP began to make it, in microseconds, by the plugin's word. */
  readonly madeUs: number | undefined
  /** Same print, same page: hash over status, redirect target and body. */
  readonly print: string
}

/** Words of nginx for an answer that PHP gave just now. REVALIDATED: PHP said that the copy still holds. */
const madeNow: ReadonlySet<string> = new Set(['MISS', 'BYPASS', 'EXPIRED', 'REVALIDATED'])
/** Words for an answer out of the cache. */
const kept: ReadonlySet<string> = new Set(['HIT', 'STALE', 'UPDATING'])

/** Looks at an answer; `cacheHeader` is the name of nginx's header that tells the cache's part. */
export function look(page: Page, cacheHeader: string | undefined): Seen {
  const word = cacheHeader === undefined ? undefined : page.headers[cacheHeader.toLowerCase()]
  const made = page.headers['x-platen-made']
  const hash = createHash('sha256')
    .update(`${page.status}\n${page.headers['location'] ?? ''}\n`)
    .update(page.body)
  return {
    status: page.status,
    cache: word?.slice(0, 32).toUpperCase(),
    madeUs: made !== undefined && /^\d{16}$/.test(made) ? Number(made) : undefined,
    print: hash.digest('base64'),
  }
}

/** Whether the answer came out of the cache: asked to refresh, nginx did not listen. */
export function isKept(seen: Seen): boolean {
  return seen.cache !== undefined && kept.has(seen.cache)
}

/** Whether PHP made the answer, by nginx's own word. */
export function isMadeNow(seen: Seen): boolean {
  return seen.cache !== undefined && madeNow.has(seen.cache)
}

/**
 * Whether visitors get the new page. Where the plugin says when the page was begun, that decides: `atUs` is when the last
 * change had happened. Otherwise an answer that was made now is new by definition, and one out of the cache is new when it
 * is the very answer that the refresh got, byte for byte: that is what nginx keeps. Without a word from nginx, the same
 * answer is new as well, and for another one nobody can say: pages may differ each time they are made.
 */
export function judge(refreshed: Seen | undefined, served: Seen, atUs: number): 'fresh' | 'stale' | 'unclear' {
  if (isMadeNow(served)) return 'fresh'
  if (served.madeUs !== undefined) return served.madeUs >= atUs ? 'fresh' : 'stale'
  if (served.print === refreshed?.print) return 'fresh'
  return isKept(served) ? 'stale' : 'unclear'
}

/** Settles what was unclear by a second look: a page that differs again is made each time, so no copy of it is kept. */
export function judgeTwice(first: Seen, second: Seen): 'fresh' | 'stale' {
  return first.print === second.print ? 'stale' : 'fresh'
}
