import { PlatenError, type KindCachePurgeInput, type SiteDescribeValue } from '@platen/protocol'
import type { Handler, JobContext } from '../../ports/job-handler.ts'
import type { ObjectCache } from '../../ports/object-cache.ts'
import { purgeObjectCache, purgeOpcache, type Layer } from './layers.ts'
import { forgetEntries, refreshPages, type PageParts, type PageWork } from './pages.ts'
import { askedUrls, frontPage, mostEntries, planEverything, type PagePlan } from './plan.ts'
import { receipt } from './summary.ts'

/** What the job is done with. */
export interface CachePurgeParts extends PageParts {
  /** Absent where the policy file names no Redis. */
  readonly objectCache?: ObjectCache
}

type Context = JobContext<KindCachePurgeInput>

/**
 * Purges the caches from the inside out, so that no outer one is filled from an older inner one: object cache, compiled PHP,
 * nginx. Then looks at the pages as a visitor would, and succeeds only where none is old.
 *
 * Each step may be done again. Before the first of them everything is checked that would leave the job half done.
 */
export function cachePurge(parts: CachePurgeParts): Handler<'cache.purge'> {
  return async context => {
    const asked = 'urls' in context.input ? askedUrls(context.input.urls, context.policy.site.url) : undefined
    const site = await ready(parts, context)
    const layers = [
      await context.step('object cache', 'idempotent', () => purgeObjectCache(context, site, parts.objectCache)),
      await context.step('compiled PHP', 'idempotent', () => purgeOpcache(context, site)),
    ]
    const pages = await context.step('page cache', 'idempotent', () => purgePages(parts, context, asked, layers))
    refuseStale(pages)
    return { result: receipt(layers, pages), effect: 'applied' }
  }
}

/**
 * What WordPress says of itself; undefined where the plugin is missing, for pages can be refreshed without it.
 * @throws PlatenError wordpress.maintenance, nginx.unavailable; php.* where PHP can't make new pages anyway
 */
async function ready({ fetcher }: CachePurgeParts, { php, policy, signal }: Context): Promise<SiteDescribeValue | undefined> {
  const site = await php.call('site.describe', {}, { signal }).catch((error: unknown) => {
    if (error instanceof PlatenError && error.code === 'plugin.missing') return undefined
    throw error
  })
  if (site?.maintenance) throw new PlatenError('wordpress.maintenance')
  await fetcher.fetch(frontPage(policy.site.url), { signal }).catch((error: unknown) => {
    // A front page that is broken is not nginx's fault, and the page may not be one of those that were asked for.
    if (!(error instanceof PlatenError) || !['page.unreachable', 'file.too_large'].includes(error.code)) throw error
  })
  return site
}

async function purgePages(
  parts: CachePurgeParts,
  context: Context,
  asked: readonly string[] | undefined,
  layers: Layer[],
): Promise<readonly PageWork[]> {
  const plan = asked ? { refresh: asked, forget: [] } : await everything(parts, context)
  if (parts.pageCache) await forgetEntries(parts.pageCache, plan.forget)
  const pages = await refreshPages(parts, context, plan.refresh)
  const purged = pages.filter(page => page.state !== 'unreachable').length + plan.forget.length
  layers.push(context.policy.nginx ? { layer: 'nginx', state: 'purged', count: purged } : { layer: 'nginx', state: 'absent', count: 0 })
  return pages
}

async function everything({ pageCache }: CachePurgeParts, { policy, signal }: Context): Promise<PagePlan> {
  return planEverything(pageCache ? await pageCache.entries(mostEntries, signal) : [], policy.site.url)
}

/** @throws PlatenError page.stale, page.unreachable where no page at all could be had */
function refuseStale(pages: readonly PageWork[]): void {
  const stale = pages.filter(page => page.state === 'stale')
  if (stale[0])
    throw new PlatenError('page.stale', `nginx: ${stale.length} of ${pages.length}, such as ${stale[0].url.slice(0, 200)}`, {
      field: stale[0].url,
    })
  if (pages.every(page => page.state === 'unreachable')) throw new PlatenError('page.unreachable', pages[0]?.url.slice(0, 200))
}
