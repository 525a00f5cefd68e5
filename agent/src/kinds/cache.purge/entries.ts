import type { DocumentPolicy } from '@platen/protocol'
import type { CacheEntry, KeptEntry } from '../../ports/page-cache.ts'
import { knownEntries, unknownVariables, type KeyRule } from './keys.ts'
import { groupBy, groupByUrl, isMainEntry, mostEntries } from './plan.ts'
import type { PageWork, Purge } from './purge.ts'

/** Finds what nginx keeps of a page: by its key where the policy file tells how that is made, else by reading all entries, once. */
export interface Finder {
  /** Where a page's entries are, if there are any: the one that a refresh replaces, and those beside it. */
  places(url: string): Promise<{ readonly main?: CacheEntry; readonly others: readonly CacheEntry[] }>
  /** All entries of a key: a page that varies has them under names that only a listing tells. */
  variants(key: string): Promise<readonly CacheEntry[]>
}

interface Listing {
  pages(url: string): readonly KeptEntry[]
  readonly byKey: ReadonlyMap<string, readonly KeptEntry[]>
}

/** A finder for one batch: what it has listed is not listed again. */
export function createFinder(purge: Purge): Finder {
  const { policy } = purge.context
  const rule = keyRule(policy.nginx)
  let listing: Promise<Listing> | undefined
  const list = (): Promise<Listing> => (listing ??= readListing(purge))
  return {
    places: async url => {
      const known = rule && knownEntries(url, rule, policy.nginx?.tls ?? false)
      if (known) return known
      const entries = purge.parts.pageCache ? (await list()).pages(url) : []
      const main = entries.find(isMainEntry)
      return { ...(main ? { main } : {}), others: entries.filter(entry => entry !== main) }
    },
    variants: async key => (await list()).byKey.get(key) ?? [],
  }
}

/** How entries are named, where the policy file says it and it can be told from a URL. */
export function keyRule(nginx: DocumentPolicy['nginx']): KeyRule | undefined {
  if (nginx?.cacheKey === undefined || nginx.cacheLevels === undefined) return undefined
  if (unknownVariables(nginx.cacheKey).length > 0) return undefined
  return { cacheKey: nginx.cacheKey, cacheLevels: nginx.cacheLevels, port: nginx.port }
}

async function readListing(purge: Purge): Promise<Listing> {
  const { context, format } = purge
  const startedAt = context.clock.monotonic()
  const entries = await remembered(purge)
  purge.listed = true
  const unknown = unknownVariables(context.policy.nginx?.cacheKey ?? '')
  context.log.info('purge:listed', { entries: entries.length, tookMs: Math.round(context.clock.monotonic() - startedAt), unknown })
  const byKey = groupBy(entries, ({ key }) => key)
  if (format.isOpen) {
    const byStem = groupBy(entries, ({ key }) => format.stemOfKey(key))
    return { byKey, pages: url => (byStem.get(format.stemOf(url)) ?? []).filter(({ key }) => format.isOf(key, url)) }
  }
  const byUrl = groupByUrl(entries, format)
  return { byKey, pages: url => byUrl.get(url) ?? [] }
}

/** All entries of the site, as many as may be remembered. */
async function remembered(purge: Purge): Promise<readonly KeptEntry[]> {
  const entries: KeptEntry[] = []
  for await (const portion of siteEntries(purge)) {
    entries.push(...portion)
    if (entries.length <= mostEntries) continue
    purge.isCut = true
    return entries.slice(0, mostEntries)
  }
  return entries
}

/** Reads all that nginx keeps of the site, a portion at a time; others in the same folder are passed over. */
export async function* siteEntries(purge: Purge): AsyncGenerator<readonly KeptEntry[]> {
  const { parts, context, format } = purge
  if (!parts.pageCache) return
  for await (const portion of parts.pageCache.entries(context.signal)) {
    purge.unseenKeys ||= portion.some(({ key }) => format.isUnseen(key))
    yield portion.filter(({ key }) => format.isOfSite(key))
  }
}

/** Pages whose keys are worked out at a time: some tens of milliseconds, in which nothing else goes on. */
const pagesPerTurn = 250

/** Forgets all entries of pages, variants with them, in the pages' order. */
export async function forgetPages(purge: Purge, finder: Finder, pages: readonly PageWork[]): Promise<void> {
  if (!purge.parts.pageCache) return
  for (let at = 0; at < pages.length; at += pagesPerTurn) await forgetSome(purge, finder, pages.slice(at, at + pagesPerTurn))
}

async function forgetSome(purge: Purge, finder: Finder, pages: readonly PageWork[]): Promise<void> {
  const owners = new Map<string, PageWork>()
  const entries: CacheEntry[] = []
  for (const page of pages) {
    const { main, others } = await finder.places(page.url)
    for (const entry of main ? [main, ...others] : others) {
      owners.set(entry.key, page)
      entries.push(entry)
    }
  }
  const gone = await forgetEntries(purge, entries)
  const variants = await variantsOf(finder, gone)
  for (const { key } of [...gone, ...(await forgetEntries(purge, variants))]) {
    const page = owners.get(key)
    if (page) page.forgotten += 1
  }
}

/** The entries beside those that varied. */
export async function variantsOf(finder: Finder, entries: readonly KeptEntry[]): Promise<readonly CacheEntry[]> {
  const varying = new Set(entries.filter(({ varies }) => varies).map(({ key }) => key))
  const all = await Promise.all([...varying].map(key => finder.variants(key)))
  return all.flat()
}

/** Forgets entries; gives those that were there. */
export async function forgetEntries(purge: Purge, entries: readonly CacheEntry[]): Promise<readonly KeptEntry[]> {
  const { parts, context } = purge
  if (entries.length === 0 || !parts.pageCache) return []
  const gone = await parts.pageCache.forget(
    entries.toSorted((a, b) => (a.file < b.file ? -1 : 1)),
    context.signal,
  )
  purge.entries += gone.length
  return gone
}
