import type { DocumentPolicy, SiteDescribeValue } from '@platen/protocol'
import { usesDatabase } from '../domain/redis-endpoint.ts'
import type { Findings } from './compose-policy.ts'

/** What was looked for and not found, each with what it costs or what to do. The last is WordPress's own word. */
export function missing(
  { nginx, fpmStatusPath, redis }: Findings,
  { site }: DocumentPolicy,
  { objectCache }: SiteDescribeValue,
): readonly string[] {
  return [
    ...(nginx
      ? []
      : [`nginx: no server has ${site.root} as its root. Page caches are not purged; name its configuration with --nginx FILE.`]),
    ...(nginx && !nginx.cachePath ? ['nginx: this site has no fastcgi_cache, so there is no page cache to purge.'] : []),
    ...(fpmStatusPath === undefined ? ['PHP-FPM: no pm.status_path was found for its pool. Health reports can’t count its workers.'] : []),
    ...redisLines(redis, objectCache),
  ]
}

function redisLines(redis: DocumentPolicy['redis'], cache: SiteDescribeValue['objectCache']): readonly string[] {
  const says = cache && `WordPress says that its keys begin with ${quoted(cache.prefix)}.`
  if (!redis) {
    if (!says) return ['Redis: not named. If WordPress gets an object cache, name it with --redis URL --redis-prefix PREFIX.']
    return [`Redis: not named, so WordPress’s object cache is not purged. Name it with --redis URL --redis-prefix PREFIX. ${says}`]
  }
  if (!cache) return ['Redis: WordPress does not use it at the moment: it has no object cache.']
  if (cache.prefix !== redis.prefix)
    return [`Redis: ${says} Until they begin with ${quoted(redis.prefix)}, its object cache is not purged.`]
  if (usesDatabase(cache, redis)) return []
  return [`Redis: WordPress is connected to ${whereOf(cache.redis)}. Until --redis names that, its object cache is not purged.`]
}

function whereOf(redis: NonNullable<SiteDescribeValue['objectCache']>['redis']): string {
  if (!redis) return 'none'
  const { host, port, socket, database } = redis
  return `${quoted(socket ?? `${host}:${port}`)}, database ${database}`
}

/** Text of the site's as a terminal may show it: it may be hostile. */
function quoted(text: string): string {
  return `“${text.slice(0, 60).replaceAll(/[^ -~]/g, '?')}”`
}
