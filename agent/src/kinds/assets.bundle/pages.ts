import { isDeepStrictEqual } from 'node:util'
import { PlatenError, type KindAssetsBundleInput } from '@platen/protocol'
import type { JobContext } from '../../ports/job-handler.ts'
import type { Page, PageFetcher } from '../../ports/page-fetcher.ts'
import { siteUrl } from '../../domain/site-url.ts'
import { collectAssets, type AssetTag } from './collect.ts'
import { bareUrl, builtFileOf, type Places } from './locate.ts'
import type { Manifest } from './manifest.ts'

/** A page and what it loads, in order. */
export interface PageAssets {
  readonly url: string
  /** The originals, also where the page names a built file for them. */
  readonly tags: readonly AssetTag[]
  /** For each of them the URL that the page names, without its query. */
  readonly named: readonly string[]
  /** Whether nginx goes on handing out a copy that loads something else. */
  readonly isHidden: boolean
}

/** nginx's words for an answer out of its cache. */
const keptWords: ReadonlySet<string> = new Set(['HIT', 'STALE', 'UPDATING'])

type Context = JobContext<KindAssetsBundleInput>

/** Where pages are, and what they are read with. */
export interface PageReading {
  readonly fetcher: PageFetcher
  readonly context: Pick<Context, 'policy' | 'clock'>
  readonly places: Places
}

/** The asked pages, each once; the front page where none was asked for. @throws PlatenError url.invalid, url.foreign */
export function askedPages({ input, policy }: Pick<Context, 'input' | 'policy'>): readonly string[] {
  const { url } = policy.site
  const asked = input.urls.length > 0 ? input.urls : [url.endsWith('/') ? url : `${url}/`]
  return [...new Set(asked.map(text => siteUrl(text, url).href))]
}

/**
 * Fetches a page as it is made now and says what it loads, by the manifest that is served.
 * @throws PlatenError page.unreachable, page.unusable, page.stale, nginx.unavailable
 */
export async function pageAssets(reading: PageReading, url: string, manifest: Manifest, signal: AbortSignal): Promise<PageAssets> {
  const { made, kept } = await freshPage(reading, url, signal)
  const { status, headers, body } = made
  if (status !== 200) throw new PlatenError('page.unreachable', `${url.slice(0, 200)} answered ${status}.`, { field: url })
  if (!/^text\/html\b/i.test(headers['content-type'] ?? '')) throw new PlatenError('page.unusable', url.slice(0, 200), { field: url })
  const found = collectAssets(body.toString('utf8'), url)
  const named = namesOf(found)
  const isHidden = kept !== undefined && !isDeepStrictEqual(namesOf(collectAssets(kept.body.toString('utf8'), url)), named)
  return { url, tags: originalTags(found, reading.places, manifest), named, isHidden }
}

function namesOf(tags: readonly AssetTag[]): readonly string[] {
  return tags.map(tag => bareUrl(tag.url))
}

/** Originals in the place of built files. Where several originals are one built file, each is taken once before any is again. */
function originalTags(named: readonly AssetTag[], places: Places, { files }: Manifest): readonly AssetTag[] {
  const waiting = new Map<string, [url: string, version: string][]>()
  for (const [url, { file, version }] of files) waiting.set(file, [...(waiting.get(file) ?? []), [url, version]])
  return named.map(tag => {
    const origins = waiting.get(builtFileOf(tag.url, places) ?? '')
    const [origin] = origins ?? []
    if (!origins || !origin) return tag
    if (origins.length > 1) origins.shift()
    const [url, version] = origin
    return { ...tag, url: version === '' ? url : `${url}?${new URLSearchParams({ ver: version }).toString()}` }
  })
}

/**
 * The page as PHP makes it now and, where nginx has one, the copy that visitors get. The secret that has nginx make a new copy
 * is none that a worker with the rights of the site's user may know, so the page is asked for under an address that is in no cache.
 */
async function freshPage(
  { fetcher, context: { policy, clock } }: PageReading,
  url: string,
  signal: AbortSignal,
): Promise<{ readonly made: Page; readonly kept?: Page }> {
  const isKept = ({ headers }: Page): boolean =>
    policy.nginx !== undefined && keptWords.has(headers[policy.nginx.cacheHeader.toLowerCase()]?.toUpperCase() ?? '')
  const page = await fetcher.fetch(url, { signal })
  if (!isKept(page)) return { made: page }
  const past = new URL(url)
  past.searchParams.set('platen', clock.now().toString(36))
  const made = await fetcher.fetch(past.href, { signal })
  if (isKept(made)) throw new PlatenError('page.stale', 'nginx keeps one copy for all queries of the page.', { field: url })
  return { made, kept: page }
}
