import { kinds, PlatenError, type SiteDescribeValue } from '@platen/protocol'
import type { Handler } from '../../ports/job-handler.ts'
import { lookAgain, waitForLook } from './again.ts'
import { purgeBatch } from './batch.ts'
import { askCdn, askOnceMore, cdnLayer, waitForCdn } from './cdn.ts'
import { isOldAtCdn, proveAtCdn, provenLayer } from './cdn-proof.ts'
import { createFinder, type Finder } from './entries.ts'
import { purgeEverything } from './everything.ts'
import { keptObjectCache, keptOpcache, purgeObjectCache, purgeOpcache, type Layer } from './layers.ts'
import { frontPage } from './plan.ts'
import { createPurge, type CachePurgeParts, type PageWork, type Purge } from './purge.ts'
import { describeSite } from './remove.ts'
import { sourceOf, type Source } from './source.ts'
import { nginxLayer } from './nginx-layer.ts'
import { receipt } from './summary.ts'
import { warmSome } from './warm.ts'

const runMs = kinds.find(kind => kind.name === 'cache.purge')?.deadlines.runMs ?? 0
/** A job that takes on more after so long might not end in time, and nothing of it would count. */
const takesMs = 0.7 * runMs

/**
 * Purges the caches from the inside out, so that no outer one is filled from an older inner one: object cache, compiled PHP,
 * nginx. Then looks at the pages as a visitor would, succeeds only where none is old, and has the CDN purged of those that are new.
 *
 * Each step may be done again. What was asked for is checked before the first of them; what the plugin noted is hurried, and
 * PHP is looked after before anything is removed that it would have to make anew.
 */
export function cachePurge(parts: CachePurgeParts): Handler<'cache.purge'> {
  return async context => {
    const purge = createPurge(parts, context)
    const source = sourceOf(purge)
    const inner = 'changes' in context.input ? undefined : await innerLayers(purge, await ready(purge))
    const what: string[] = []
    const batches = await context.step('page cache', 'idempotent', () => purgeAll(purge, source, what))
    const failure = failureOf(purge)
    const layers = inner ?? [keptObjectCache, purge.opcache ?? keptOpcache]
    const result = receipt(purge, [...layers, await nginxLayer(purge), provenLayer(purge, await cdnLayer(purge))], what)
    return { result, effect: batches > 0 ? 'applied' : 'none', ...(failure ? { failure } : {}) }
  }
}

/**
 * @throws PlatenError wordpress.maintenance, nginx.unavailable; php.* where PHP can't make new pages anyway
 */
async function ready({ parts, context }: Purge): Promise<SiteDescribeValue | undefined> {
  const { signal, policy } = context
  const site = await describeSite(context)
  await parts.fetcher.fetch(frontPage(policy.site.url), { signal }).catch((error: unknown) => {
    // A front page that is broken is not nginx's fault, and the page may not be one of those that were asked for.
    if (!(error instanceof PlatenError) || !['page.unreachable', 'file.too_large'].includes(error.code)) throw error
  })
  return site
}

/** Whoever names a page has seen it old, for a reason that WordPress may not know: its object cache may hold the old one as well. */
async function innerLayers(purge: Purge, site: SiteDescribeValue | undefined): Promise<readonly Layer[]> {
  const { context, parts } = purge
  purge.phpSeen = true
  const object = await context.step('object cache', 'idempotent', () => purgeObjectCache(context, site, parts.objectCache))
  // A blog's code is the network's.
  if ('urls' in context.input || 'within' in context.input) return [object, keptOpcache]
  return [object, await context.step('compiled PHP', 'idempotent', () => purgeOpcache(context, site))]
}

/**
 * Brings batch after batch into effect; between them, looks again at what was purged before, and makes removed pages anew.
 * Gives how many there were.
 */
async function purgeAll(purge: Purge, source: Source, what: string[]): Promise<number> {
  const { clock } = purge.context
  let batches = 0
  let finder = createFinder(purge)
  for (;;) {
    const batch = clock.monotonic() - purge.startedAt < takesMs ? await source() : undefined
    if (batch) {
      batches += 1
      what.unshift(...batch.what)
      finder = createFinder(purge)
      await (batch.everything ? purgeEverything(purge, finder, batch) : purgeBatch(purge, finder, batch))
      await askCdn(purge)
    } else if (await lookAgain(purge)) await askCdn(purge)
    else if (!(await goesOn(purge, finder))) return batches
  }
}

/** Does a little of what can wait. False where nothing is left to be done. */
async function goesOn(purge: Purge, finder: Finder): Promise<boolean> {
  return (
    (await warmSome(purge, finder)) ||
    (await waitForLook(purge)) ||
    (await waitForCdn(purge)) ||
    (await askOnceMore(purge)) ||
    (await proveAtCdn(purge))
  )
}

/**
 * `page.stale` where one is, at the CDN only where it shows what nobody may see any more; `page.unreachable` where no page at all
 * could be had; why the CDN can't be asked where only that is so: of changes that are settled nobody would ask again, and the CDN
 * would keep the old pages.
 */
function failureOf({ pages, cdn }: Purge): PlatenError | undefined {
  const all = [...pages.values()]
  const stale = all.filter(page => page.state === 'stale')
  if (stale[0]) return oldPages('nginx', stale, all.length)
  const shown = all.filter(page => page.hides !== undefined && isOldAtCdn(page))
  if (shown[0]) return oldPages('cdn', shown, all.length)
  if (all.length > 0 && all.every(page => page.state === 'unreachable'))
    return new PlatenError('page.unreachable', all[0]?.url.slice(0, 200))
  const refused = cdn.refused ?? cdn.tagsRefused
  return refused === undefined ? undefined : new PlatenError(refused, 'What the CDN is to purge could not be put on record.')
}

function oldPages(layer: Layer['layer'], pages: readonly PageWork[], count: number): PlatenError {
  const { url = '' } = pages[0] ?? {}
  return new PlatenError('page.stale', `${layer}: ${pages.length} of ${count}, such as ${url.slice(0, 200)}`, { field: url })
}
