import { PlatenError, type KindAssetsBundleInput } from '@platen/protocol'
import type { JobContext } from '../../ports/job-handler.ts'
import type { Page, PageFetcher } from '../../ports/page-fetcher.ts'
import { siteUrl } from '../../domain/site-url.ts'
import { collectAssets, type AssetTag } from './collect.ts'

/** A page and what it loads, in order. */
export interface PageAssets {
  readonly url: string
  readonly tags: readonly AssetTag[]
}

type Context = JobContext<KindAssetsBundleInput>

/** The asked pages, each once; the front page where none was asked for. @throws PlatenError url.invalid, url.foreign */
export function askedPages({ input, policy }: Context): readonly string[] {
  const { url } = policy.site
  const asked = input.urls.length > 0 ? input.urls : [url.endsWith('/') ? url : `${url}/`]
  return [...new Set(asked.map(text => siteUrl(text, url).href))]
}

/** Fetches a page as it is made now and says what it loads. @throws PlatenError page.unreachable, page.unusable */
export async function pageAssets(fetcher: PageFetcher, context: Context, url: string): Promise<PageAssets> {
  const { status, headers, body } = await freshPage(fetcher, context, url)
  if (status !== 200) throw new PlatenError('page.unreachable', `${url.slice(0, 200)} answered ${status}.`, { field: url })
  if (!/^text\/html\b/i.test(headers['content-type'] ?? '')) throw new PlatenError('page.unusable', url.slice(0, 200), { field: url })
  return { url, tags: collectAssets(body.toString('utf8'), url) }
}

/**
 * The page as PHP makes it now, past nginx's cache: by the refresh rule, which has nginx keep the new page as well; where
 * there is none, under an address that is not in the cache.
 */
async function freshPage(fetcher: PageFetcher, { policy, signal }: Context, url: string): Promise<Page> {
  const secret = policy.nginx?.refreshSecret
  const page = await fetcher.fetch(url, { signal, headers: secret === undefined ? {} : { 'x-platen-refresh': secret } })
  const word = policy.nginx && page.headers[policy.nginx.cacheHeader.toLowerCase()]?.toUpperCase()
  if (word !== 'HIT' && word !== 'STALE' && word !== 'UPDATING') return page
  const past = new URL(url)
  past.searchParams.set('platen', Date.now().toString(36))
  return fetcher.fetch(past.href, { signal })
}
