import type { DocumentPolicy } from '@platen/protocol'
import type { Findings } from './compose-policy.ts'

/** What was looked for and not found, each with what it costs or what to do. */
export function missing({ nginx, fpmStatusPath, redisUrl }: Findings, { site }: DocumentPolicy): readonly string[] {
  return [
    ...(nginx
      ? []
      : [`nginx: no server has ${site.root} as its root. Page caches are not purged; name its configuration with --nginx FILE.`]),
    ...(nginx && !nginx.cachePath ? ['nginx: this site has no fastcgi_cache, so there is no page cache to purge.'] : []),
    ...(fpmStatusPath === undefined ? ['PHP-FPM: no pm.status_path was found for its pool. Health reports can’t count its workers.'] : []),
    ...(redisUrl === undefined ? ['Redis: not named. If WordPress has an object cache, name its server with --redis URL.'] : []),
  ]
}
