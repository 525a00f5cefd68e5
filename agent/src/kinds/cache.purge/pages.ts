import { PlatenError, type KindCachePurgeInput } from '@platen/protocol'
import type { JobContext } from '../../ports/job-handler.ts'
import type { CacheEntry, PageCache } from '../../ports/page-cache.ts'
import type { Page, PageFetcher } from '../../ports/page-fetcher.ts'
import { eachAtOnce } from '../../domain/each-at-once.ts'
import { groupByUrl, isMainEntry, mostEntries } from './plan.ts'
import { isKept, isMadeNow, judge, judgeTwice, look, type Seen } from './proof.ts'

/** What pages are refreshed with. */
export interface PageParts {
  readonly fetcher: PageFetcher
  /** Absent where the policy file names no cache folder. */
  readonly pageCache?: PageCache
}

/** One page on its way to being fresh. */
export interface PageWork {
  readonly url: string
  /** The answer of the refresh; absent where nginx did not ask PHP for it. */
  refreshed?: Seen
  served?: Seen
  /** Entries that were forgotten for it. */
  forgotten: number
  state: 'fresh' | 'stale' | 'unreachable'
}

type Context = JobContext<KindCachePurgeInput>

/** Requests to the site at once: it has visitors as well. */
const atOnce = 4

/** Has nginx fetch each page anew, replace its entry, forgets the variants beside it, and looks at what is served then. */
export async function refreshPages(parts: PageParts, context: Context, urls: readonly string[]): Promise<readonly PageWork[]> {
  const pages = urls.map((url): PageWork => ({ url, forgotten: 0, state: 'stale' }))
  let done = 0
  await eachAtOnce(pages, atOnce, async page => {
    await refresh(parts, context, page)
    context.progress(++done, 2 * pages.length, 'Fetching pages anew')
  })
  await forgetOld(parts, context, pages, page => (page.refreshed ? 'variants' : 'all'))
  await eachAtOnce(pages, atOnce, async page => {
    await prove(parts, context, page)
    context.progress(++done, 2 * pages.length, 'Checking what visitors get')
  })
  await secondTry(parts, context, pages)
  return pages
}

/** A page that nginx does not keep anew (a 404, a redirect, one with a cookie) leaves its old entry: that has to go. */
async function secondTry(parts: PageParts, context: Context, pages: readonly PageWork[]): Promise<void> {
  const stale = pages.filter(page => page.state === 'stale')
  if (stale.length === 0) return
  await forgetOld(parts, context, stale, () => 'all')
  await eachAtOnce(stale, atOnce, page => prove(parts, context, page))
  await eachAtOnce(
    stale.filter(page => page.state === 'stale'),
    atOnce,
    async page => {
      await refresh(parts, context, page)
      await prove(parts, context, page)
    },
  )
}

async function refresh(parts: PageParts, context: Context, page: PageWork): Promise<void> {
  const { nginx } = context.policy
  const secret = nginx?.refreshSecret
  const answer = await fetchPage(parts, context, page, secret === undefined ? {} : { 'x-platen-refresh': secret })
  if (!answer) return
  const seen = look(answer, nginx?.cacheHeader)
  const asked = nginx === undefined || (secret !== undefined && !isKept(seen)) || isMadeNow(seen)
  if (asked) page.refreshed = seen
  else if (!parts.pageCache) throw new PlatenError('nginx.no_refresh', undefined, { field: page.url })
}

async function prove(parts: PageParts, context: Context, page: PageWork): Promise<void> {
  if (page.state === 'unreachable') return
  const first = await see(parts, context, page)
  if (!first) return
  page.served = first
  const verdict = judge(page.refreshed, first)
  if (verdict !== 'unclear') page.state = verdict
  else {
    const second = await see(parts, context, page)
    if (second) page.state = judgeTwice(first, second)
  }
  // What is kept now was made after everything older had been forgotten, by a visitor who was faster.
  if (page.state === 'stale' && page.forgotten > 0) page.state = 'fresh'
}

async function see(parts: PageParts, context: Context, page: PageWork): Promise<Seen | undefined> {
  const answer = await fetchPage(parts, context, page, {})
  return answer && look(answer, context.policy.nginx?.cacheHeader)
}

/** The answer, or undefined where the page can't be had: PHP's errors are nothing to put in the place of a good copy. */
async function fetchPage(
  { fetcher }: PageParts,
  { signal, policy }: Context,
  page: PageWork,
  headers: Readonly<Record<string, string>>,
): Promise<Page | undefined> {
  try {
    const answer = await fetcher.fetch(page.url, { headers, signal })
    if (answer.status < 500) return answer
    page.served = look(answer, policy.nginx?.cacheHeader)
  } catch (error) {
    if (!(error instanceof PlatenError) || !['page.unreachable', 'file.too_large'].includes(error.code)) throw error
  }
  page.state = 'unreachable'
  return undefined
}

/** Forgets the entries that stand for these pages: all of them, or all but the one that the refresh has just replaced. */
async function forgetOld(
  { pageCache }: PageParts,
  { signal, policy }: Context,
  pages: readonly PageWork[],
  which: (page: PageWork) => 'all' | 'variants',
): Promise<void> {
  if (!pageCache) return
  const byUrl = groupByUrl(await pageCache.entries(mostEntries, signal), policy.site.url)
  for (const page of pages) {
    if (page.state === 'unreachable') continue
    const entries = byUrl.get(page.url) ?? []
    const all = which(page) === 'all'
    await forgetEntries(pageCache, all ? entries : entries.filter(entry => !isMainEntry(entry)))
    if (all) page.forgotten += entries.length
  }
}

/** Forgets entries one after the other: it is a write to the disk each. */
export async function forgetEntries(pageCache: PageCache, entries: readonly CacheEntry[]): Promise<void> {
  for (const entry of entries) await pageCache.unlink(entry)
}
