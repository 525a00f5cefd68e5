import { connect } from 'node:net'
import { toPlatenError, errorRow, type DocumentPolicy } from '@platen/protocol'
import type { PageFetcher } from '../ports/page-fetcher.ts'
import type { PhpChannel } from '../ports/php-channel.ts'
import { good, type Finding } from './finding.ts'

const connectMs = 3_000

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
 * Whether nginx keeps pages and refreshes an entry when it is asked to with the site's secret: seen by the cache's own
 * word in the answer. Where it does not, `fix` holds the lines to add.
 */
export async function checkRefresh(policy: DocumentPolicy, pages: PageFetcher, lines: string): Promise<Finding> {
  const check = 'nginx refresh rule'
  const { nginx } = policy
  if (!nginx?.cachePath) return { check, state: 'unknown', detail: 'The policy file names no page cache of nginx.' }
  if (nginx.refreshSecret === undefined) return { check, state: 'weak', detail: 'The policy file has no nginx.refreshSecret.' }
  try {
    const page = await pages.fetch(policy.site.url, { headers: { 'x-platen-refresh': nginx.refreshSecret } })
    const word = page.headers[nginx.cacheHeader.toLowerCase()]
    if (word === 'BYPASS') return good(check, 'A request with the site’s secret replaces a page’s entry.')
    return { check, state: 'failed', detail: `nginx answered ${nginx.cacheHeader}: ${word ?? '(nothing)'} instead of BYPASS.`, fix: lines }
  } catch (error) {
    return failure(check, error)
  }
}

/** Whether something listens where the policy file says that Redis is. */
export async function checkRedis({ redis }: DocumentPolicy): Promise<Finding> {
  const check = 'redis'
  if (!redis) return { check, state: 'unknown', detail: 'The policy file names no Redis.' }
  const url = new URL(redis.url)
  const address = url.protocol === 'unix:' ? { path: url.pathname } : { host: url.hostname, port: Number(url.port || 6379) }
  return (await listens(address))
    ? good(check, `${url.protocol}//${url.host}${url.protocol === 'unix:' ? url.pathname : ''} answers.`)
    : { check, state: 'failed', detail: 'Nothing listens there.', fix: errorRow('redis.unavailable').hint }
}

function listens(address: { path: string } | { host: string; port: number }): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(address)
    const end = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(connectMs, () => end(false))
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}

function failure(check: string, error: unknown): Finding {
  const { code, message } = toPlatenError(error)
  return { check, state: 'failed', detail: `${code}: ${message}`, fix: errorRow(code).hint }
}
