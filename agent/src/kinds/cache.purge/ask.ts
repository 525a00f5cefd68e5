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
  const answer = await parts.fetcher.fetch(page.url, { headers, signal }).catch(ifUnreachable)
  if (!answer) return 'unreachable'
  return judgeAnswer(purge, page, answer, context.clock.monotonic() - startedAt, pace)
}

function judgeAnswer(purge: Purge, page: PageWork, answer: Page, tookMs: number, pace: Purge['pace']): Asked {
  const seen = look(answer, purge.context.policy.nginx?.cacheHeader)
  const busy = busyStatuses.has(seen.status)
  // What nginx had says nothing about PHP.
  if (!isKept(seen)) {
    pace.tell(tookMs, busy)
    if (seen.status < 500) purge.phpSeen = true
  }
  if (seen.status < 500) return { seen }
  page.served = seen
  return busy ? 'busy' : 'unreachable'
}

function ifUnreachable(error: unknown): undefined {
  if (error instanceof PlatenError && ['page.unreachable', 'file.too_large'].includes(error.code)) return undefined
  throw error
}
