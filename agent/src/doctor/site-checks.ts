import { toPlatenError, errorRow, type DocumentPolicy } from '@platen/protocol'
import { redisEndpoint } from '../domain/redis-endpoint.ts'
import type { ObjectCache } from '../ports/object-cache.ts'
import type { PageFetcher } from '../ports/page-fetcher.ts'
import type { PhpChannel } from '../ports/php-channel.ts'
import { good, type Finding } from './finding.ts'

/** More than the client's own deadlines, so that the reason is its own. */
const reachMs = 15_000

/** Whether the plugin answers inside WordPress, which says that PHP does too. */
export async function checkPlugin(php: PhpChannel): Promise<Finding> {
  const check = 'plugin'
  try {
    const site = await php.call('site.describe', {}, { deadlineMs: 10_000 })
    return good(check, `Plugin ${site.pluginVersion} in WordPress ${site.wordpressVersion} under PHP ${site.phpVersion}.`)
  } catch (error) {
    return failure(check, error)
  }
}

/**
 * Whether nginx replaces a page's entry when it is asked to with the site's secret: seen by the cache's own word in the
 * answer. Where it does not, or nobody can tell, `fix` holds the lines to add.
 */
export async function checkRefresh({ nginx, site }: DocumentPolicy, pages: PageFetcher, lines: string): Promise<Finding> {
  const check = 'nginx refresh rule'
  if (!nginx) {
    const fix = `If nginx keeps this site’s pages, run platen-agent init again, with --nginx FILE where it is not found.\n${lines}`
    return { check, state: 'unknown', detail: 'The policy file names no nginx.', fix }
  }
  if (nginx.refreshSecret === undefined) {
    const fix = `Put 32 or more characters that nobody can guess into it, and in the place of SECRET.\n${lines}`
    return { check, state: 'weak', detail: 'The policy file has no nginx.refreshSecret, so nginx is never asked to replace a page.', fix }
  }
  try {
    const page = await pages.fetch(site.url, { headers: { 'x-platen-refresh': nginx.refreshSecret } })
    const word = page.headers[nginx.cacheHeader.toLowerCase()]
    if (word === 'BYPASS') return good(check, 'A request with the site’s secret replaces a page’s entry.')
    if (word === undefined && nginx.cachePath === undefined) {
      return { check, state: 'unknown', detail: 'The policy file names no page cache of nginx, and its answer tells of none.', fix: lines }
    }
    return { check, state: 'failed', detail: `nginx answered ${nginx.cacheHeader}: ${word ?? '(nothing)'} instead of BYPASS.`, fix: lines }
  } catch (error) {
    return failure(check, error)
  }
}

/** Whether Redis answers where the policy file says that it is. */
export async function checkRedis({ redis }: DocumentPolicy, cache: ObjectCache | undefined): Promise<Finding> {
  const check = 'redis'
  if (!redis || !cache) return { check, state: 'unknown', detail: 'The policy file names no Redis.' }
  const endpoint = redisEndpoint(redis.url)
  try {
    await cache.reach(AbortSignal.timeout(reachMs))
    return good(check, `${endpoint && ('socket' in endpoint ? endpoint.socket : `${endpoint.host}:${endpoint.port}`)} answers.`)
  } catch (error) {
    return failure(check, error)
  }
}

function failure(check: string, error: unknown): Finding {
  const { code, message } = toPlatenError(error)
  return { check, state: 'failed', detail: `${code}: ${message}`, fix: errorRow(code).hint }
}
