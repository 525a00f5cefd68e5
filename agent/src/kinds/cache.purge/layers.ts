import { PlatenError, type ErrorCode, type KindCachePurgeInput, type KindCachePurgeResult, type SiteDescribeValue } from '@platen/protocol'
import { usesDatabase } from '../../domain/redis-endpoint.ts'
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

/** Where PHP has no time to forget what it keeps compiled, pages that changed have to be made new all the same. */
const ofCode: ReadonlySet<ErrorCode> = new Set([...ofLayer, 'php.timeout'])
/** Visitors are to see a change within two seconds, and pages wait for this. */
const codeMs = 1_000

/** The object cache where WordPress noted a change itself: it has forgotten in its own caches what changed. */
export const keptObjectCache: Layer = { layer: 'object', state: 'kept', count: 0 }

/** Compiled PHP where no code changed. */
export const keptOpcache: Layer = { layer: 'opcache', state: 'kept', count: 0 }

/**
 * The object cache: the site's own keys, where WordPress uses the server, database and prefix that the policy file names. Never by
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
    await assureSame(site.objectCache, context, cache)
    return { layer: 'object', state: 'purged', count: await cache.flush(context.signal) }
  })
}

/** @throws PlatenError redis.mismatch, where what would be purged is not what WordPress uses; redis.unavailable */
async function assureSame(used: SiteDescribeValue['objectCache'], { policy, signal }: Context, cache: ObjectCache): Promise<void> {
  const { redis } = policy
  if (redis && used?.prefix === redis.prefix && usesDatabase(used, redis)) return
  // A WordPress without a connection says none: where Redis is away, that is the reason to give.
  if (!used?.redis) await cache.reach(signal)
  throw new PlatenError('redis.mismatch')
}

/** Compiled PHP. */
export async function purgeOpcache(context: Context, site: SiteDescribeValue | undefined): Promise<Layer> {
  return attempt('opcache', async () => {
    if (!site) throw new PlatenError('plugin.missing')
    return reset(context)
  })
}

/**
 * Compiled PHP after a change of code. All of it: files may have been replaced by a PHP with a cache of its own, as on the
 * command line, and where PHP does not look at their times it would run the old ones for ever.
 */
export async function purgeChangedCode(context: Context): Promise<Layer> {
  return attempt('opcache', () => reset(context, codeMs), ofCode)
}

async function reset({ php, signal }: Context, deadlineMs?: number): Promise<Layer> {
  const { available, count } = await php.call('opcache.reset', {}, { signal, ...(deadlineMs === undefined ? {} : { deadlineMs }) })
  return { layer: 'opcache', state: available ? 'purged' : 'absent', count }
}

async function attempt(layer: Layer['layer'], purge: () => Promise<Layer>, named: ReadonlySet<ErrorCode> = ofLayer): Promise<Layer> {
  try {
    return await purge()
  } catch (error) {
    if (error instanceof PlatenError && named.has(error.code)) return { layer, state: 'failed', count: 0, code: error.code }
    throw error
  }
}
