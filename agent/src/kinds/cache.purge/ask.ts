import { PlatenError } from '@platen/protocol'
import type { Page } from '../../ports/page-fetcher.ts'
import { isKept, look, type Seen } from './proof.ts'
import type { PageWork, Purge } from './purge.ts'

/** Answers of a PHP that has no time, or of nginx in its place: they say nothing about the page. */
const busyStatuses: ReadonlySet<number> = new Set([502, 503, 504])

/** What was had: the page, or that PHP had no time for it, or that it can't be had. */
export type Asked = { readonly seen: Seen } | 'busy' | 'unreachable'

/** Fetches a page through nginx, with the site's secret to have it made anew, or as a visitor; tells the pace how it went. */
export async function ask(purge: Purge, page: PageWork, as: 'refresh' | 'visitor', signal: AbortSignal): Promise<Asked> {
  const { parts, context, pace } = purge
  const secret = context.policy.nginx?.refreshSecret
  const headers = as === 'refresh' && secret !== undefined ? { 'x-platen-refresh': secret } : {}
  const startedAt = context.clock.monotonic()
  try {
    const answer = await parts.fetcher.fetch(page.url, { headers, signal })
    return judgeAnswer(purge, page, answer, context.clock.monotonic() - startedAt)
  } catch (error) {
    if (signal.aborted) pace.tell(context.clock.monotonic() - startedAt, 'given up')
    if (error instanceof PlatenError && ['page.unreachable', 'file.too_large'].includes(error.code)) return 'unreachable'
    throw error
  }
}

function judgeAnswer(purge: Purge, page: PageWork, answer: Page, tookMs: number): Asked {
  const seen = look(answer, purge.context.policy.nginx?.cacheHeader)
  purge.cacheSeen ||= seen.cache !== undefined
  const busy = busyStatuses.has(seen.status)
  // What nginx had says nothing about PHP.
  if (!isKept(seen)) {
    purge.pace.tell(tookMs, busy ? 'refused' : 'answered')
    if (seen.status < 500) purge.phpSeen = true
  }
  if (seen.status < 500) return { seen }
  page.served = seen
  return busy ? 'busy' : 'unreachable'
}
