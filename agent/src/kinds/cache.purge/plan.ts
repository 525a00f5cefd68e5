import { createHash } from 'node:crypto'
import { siteAddress, siteUrl } from '../../domain/site-url.ts'
import type { CacheEntry } from '../../ports/page-cache.ts'
import type { KeyFormat } from './key-format.ts'

/** Entries of the site that are remembered, to find those of its pages. */
export const mostEntries = 200_000

/** The asked URLs, each once. @throws PlatenError url.invalid, url.foreign: before anything is done */
export function askedUrls(urls: readonly string[], site: string): readonly string[] {
  return [...new Set(urls.map(url => siteUrl(url, site).href))]
}

/** What the plugin noted, as it was asked for, without what is no URL of the site: PHP may write anything there. */
export function notedUrls(urls: readonly string[], site: string): readonly string[] {
  const own = urls.flatMap(url => {
    try {
      return [siteAddress(url, site)]
    } catch {
      return []
    }
  })
  return [...new Set(own)]
}

/** The front page's URL. */
export function frontPage(site: string): string {
  return new URL(site.endsWith('/') ? site : `${site}/`).href
}

/** Numbers below `count`, the first and the last among them and the others evenly between: `most` at most. */
export function evenly(count: number, most: number): ReadonlySet<number> {
  const size = Math.min(count, Math.max(0, most))
  return new Set(Array.from({ length: size }, (_, index) => Math.round((index * (count - 1)) / Math.max(1, size - 1))))
}

/** In the order of their worth to visitors: the front page, what was visited most lately, then the shortest addresses. */
export function byWorth(urls: readonly string[], site: string, visits: ReadonlyMap<string, number>): readonly string[] {
  const front = frontPage(site)
  const { origin } = new URL(site)
  const worth = (url: string): number => (url === front ? Infinity : (visits.get(url.slice(origin.length)) ?? 0))
  return urls.toSorted((a, b) => descending(worth(a), worth(b)) || a.length - b.length || (a < b ? -1 : 1))
}

function descending(a: number, b: number): number {
  return a === b ? 0 : b > a ? 1 : -1
}

/** Entries by the URL that each stands for; a URL has several where pages vary, or methods and devices have their own. */
export function groupByUrl<Entry extends CacheEntry>(entries: readonly Entry[], format: KeyFormat): ReadonlyMap<string, readonly Entry[]> {
  return groupBy(entries, entry => format.urlOf(entry.key))
}

/** Entries by what is said of each; those of which nothing is said are left out. */
export function groupBy<Entry>(
  entries: readonly Entry[],
  name: (entry: Entry) => string | undefined,
): ReadonlyMap<string, readonly Entry[]> {
  const groups = new Map<string, Entry[]>()
  for (const entry of entries) {
    const group = name(entry)
    if (group === undefined) continue
    const known = groups.get(group)
    if (known) known.push(entry)
    else groups.set(group, [entry])
  }
  return groups
}

/**
 * Whether this is the entry that a refresh replaces: nginx names it by the key's MD5. Others of the same key are variants
 * for visitors whose headers differ, and those of HEAD requests have a key of their own.
 */
export function isMainEntry({ key, file }: CacheEntry): boolean {
  return file.endsWith(createHash('md5').update(key).digest('hex')) && !/^[^/.]*HEAD/.test(key)
}
