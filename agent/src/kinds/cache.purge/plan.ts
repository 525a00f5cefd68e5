import { createHash } from 'node:crypto'
import { siteUrl } from '../../domain/site-url.ts'
import type { CacheEntry } from '../../ports/page-cache.ts'

/** Pages that are fetched anew when everything is purged; the rest of the cache is forgotten, to be made when visitors ask. */
export const mostRefreshed = 200
/** Entries of the cache folder that are looked at. */
export const mostEntries = 50_000

/** What is to be done to the page cache. */
export interface PagePlan {
  /** Pages to fetch anew, the front page first. */
  readonly refresh: readonly string[]
  /** Entries to forget without fetching. */
  readonly forget: readonly CacheEntry[]
}

/** The asked URLs, each once. @throws PlatenError url.invalid, url.foreign: before anything is done */
export function askedUrls(urls: readonly string[], site: string): readonly string[] {
  return [...new Set(urls.map(url => siteUrl(url, site).href))]
}

/** The front page's URL. */
export function frontPage(site: string): string {
  return new URL(site.endsWith('/') ? site : `${site}/`).href
}

/**
 * Everything: the pages that the cache holds for this site, the shortest addresses first since they are the ones most
 * visited. What can't be asked for again exactly as its key says is forgotten.
 */
export function planEverything(entries: readonly CacheEntry[], site: string): PagePlan {
  const pages = groupByUrl(entries, site)
  const front = frontPage(site)
  const known = [...pages.keys()].filter(url => url !== front).toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1))
  const refresh = [front, ...known].slice(0, mostRefreshed)
  const kept = new Set(refresh.flatMap(url => pages.get(url) ?? []))
  return { refresh, forget: entries.filter(entry => !kept.has(entry) && isOfSite(entry.key, site)) }
}

/** Entries by the URL that each stands for; a URL has several where pages vary, or methods and devices have their own. */
export function groupByUrl(entries: readonly CacheEntry[], site: string): ReadonlyMap<string, readonly CacheEntry[]> {
  const groups = new Map<string, CacheEntry[]>()
  for (const entry of entries) {
    const url = urlOfKey(entry.key, site)
    if (url !== undefined) groups.set(url, [...(groups.get(url) ?? []), entry])
  }
  return groups
}

/** The URL that a cache key stands for, where asking for it means asking with exactly this key's address. */
export function urlOfKey(key: string, site: string): string | undefined {
  const address = addressOfKey(key, site)
  if (address === undefined) return undefined
  try {
    const url = siteUrl(`${new URL(site).origin}${address}`, site)
    return `${url.pathname}${url.search}` === address ? url.href : undefined
  } catch {
    // An address that some client sent raw and that no URL can spell: it can only be forgotten.
    return undefined
  }
}

/**
 * Whether this is the entry that a refresh replaces: nginx names it by the key's MD5. Others of the same key are variants
 * for visitors whose headers differ, and those of HEAD requests have a key of their own.
 */
export function isMainEntry({ key, file }: CacheEntry): boolean {
  return file.endsWith(createHash('md5').update(key).digest('hex')) && !/^[^/.]*HEAD/.test(key)
}

/** Whether a key names this site's host; a cache folder may be shared. */
export function isOfSite(key: string, site: string): boolean {
  return addressOfKey(key, site) !== undefined
}

/**
 * The path and query in a key such as `httpGETshop.example/path?query`: scheme, method and separators in any order, then the
 * host with or without its port, then the address up to a separator of the key's own (`|`, a space).
 */
function addressOfKey(key: string, site: string): string | undefined {
  const { host, hostname, port } = new URL(site)
  const names = [host, ...(port === '' ? [] : [hostname])]
  for (const name of names) {
    const at = key.indexOf(`${name}/`)
    if (at >= 0 && /^(?:https?|[A-Z]{3,7}|[^A-Za-z0-9.])*$/.test(key.slice(0, at))) return key.slice(at + name.length).split(/[| ]/, 1)[0]
  }
  return undefined
}
