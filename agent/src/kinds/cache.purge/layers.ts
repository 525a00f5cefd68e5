import { PlatenError, type ErrorCode, type KindCachePurgeInput, type KindCachePurgeResult, type SiteDescribeValue } from '@platen/protocol'
import type { JobContext } from '../../ports/job-handler.ts'
import type { ObjectCache } from '../../ports/object-cache.ts'

/** What became of one layer. */
export type Layer = KindCachePurgeResult['layers'][number]

type Context = JobContext<KindCachePurgeInput>

/** Failures that are a layer's own: the other layers can still be purged, and the receipt says it. */
const ofLayer: ReadonlySet<ErrorCode> = new Set([
  'redis.unavailable',
  'redis.mismatch',
  'redis.unnamed',
  'plugin.missing',
  'plugin.refused',
])

/** Compiled PHP where no code changed. */
export const keptOpcache: Layer = { layer: 'opcache', state: 'kept', count: 0 }

/** Where WordPress noted a change itself, it has forgotten in its own caches what changed. */
export const keptLayers: readonly Layer[] = [{ layer: 'object', state: 'kept', count: 0 }, keptOpcache]

/**
 * The object cache: the site's own keys, where the policy file names the server and WordPress agrees on the prefix. Never by
 * WordPress itself: its flush empties the whole database, as the usual drop-ins have it, and others' keys may be in there.
 */
export async function purgeObjectCache(
  context: Context,
  site: SiteDescribeValue | undefined,
  cache: ObjectCache | undefined,
): Promise<Layer> {
  return attempt('object', async () => {
    if (!site) throw new PlatenError('plugin.missing')
    if (!site.objectCache) return { layer: 'object', state: 'absent', count: 0 }
    if (!cache) throw new PlatenError('redis.unnamed')
    if (site.objectCache.prefix !== context.policy.redis?.prefix) throw new PlatenError('redis.mismatch')
    return { layer: 'object', state: 'purged', count: await cache.flush(context.signal) }
  })
}

/** Compiled PHP. */
export async function purgeOpcache(context: Context, site: SiteDescribeValue | undefined): Promise<Layer> {
  return attempt('opcache', async () => {
    if (!site) throw new PlatenError('plugin.missing')
    const { available, count } = await context.php.call('opcache.reset', {}, { signal: context.signal })
    return { layer: 'opcache', state: available ? 'purged' : 'absent', count }
  })
}

async function attempt(layer: Layer['layer'], purge: () => Promise<Layer>): Promise<Layer> {
  try {
    return await purge()
  } catch (error) {
    if (error instanceof PlatenError && ofLayer.has(error.code)) return { layer, state: 'failed', count: 0, code: error.code }
    throw error
  }
}
