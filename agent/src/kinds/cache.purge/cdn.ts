import { limits, PlatenError, type ErrorCode } from '@platen/protocol'
import type { CdnState } from '../../domain/cdn-verdict.ts'
import type { CdnWhat } from '../../domain/cdn-queue.ts'
import type { Layer } from './layers.ts'
import type { PageWork, Purge } from './purge.ts'

/** What the job has the CDN do. */
export interface CdnWork {
  /** Pages whose old copy is gone here and may still be there. */
  readonly due: Set<PageWork>
  /** The same of all of the site. */
  allDue: boolean
  /** Pages that it was asked to purge; whether of all of the site. */
  readonly asked: Set<string>
  allAsked: boolean
  /** Until when its word is waited for, by the monotonic clock. */
  waitsUntil?: number
  /** Why it could not be asked. */
  failed?: ErrorCode
}

/** Between two looks whether something has changed meanwhile. */
const waitMs = 200

export function createCdnWork(): CdnWork {
  return { due: new Set(), allDue: false, asked: new Set(), allAsked: false }
}

/**
 * Asks the CDN for what is due: never before nginx has the new page or none, since the CDN would get the old one again. The
 * request is on disk then, and is carried out whatever becomes of this job.
 */
export async function askCdn(purge: Purge, urgent = false): Promise<void> {
  const { cdn } = purge
  const pages = [...cdn.due].filter(({ state }) => state !== 'stale')
  for (const page of pages) cdn.due.delete(page)
  const what: CdnWhat = cdn.allDue ? { everything: true } : { urls: pages.map(({ url }) => url) }
  cdn.allAsked ||= cdn.allDue
  cdn.allDue = false
  if ('urls' in what && what.urls.length === 0) return
  for (const { url } of pages) cdn.asked.add(url)
  try {
    await purge.context.cdn.want(what, urgent)
    cdn.waitsUntil = purge.context.clock.monotonic() + limits.cdn.outcomeMs
  } catch (error) {
    if (!(error instanceof PlatenError) || purge.context.signal.aborted) throw error
    // nginx is new all the same, and says so in the receipt.
    cdn.failed = error.code
  }
}

/** Waits a little where the CDN's word is to come. False where it has come, or is not waited for any longer. */
export async function waitForCdn({ cdn, context }: Purge): Promise<boolean> {
  const leftMs = (cdn.waitsUntil ?? -Infinity) - context.clock.monotonic()
  if (leftMs <= 0) return false
  const said = await context.cdn.outcome(Math.min(waitMs, leftMs))
  // Without a gateway there is nobody to wait for.
  const goesOn = said.outcome === 'pending' && said.code !== 'gateway.unreachable'
  if (!goesOn) delete cdn.waitsUntil
  return goesOn
}

/** What became of the CDN as far as the job knows. */
export async function cdnLayer({ cdn, context }: Purge): Promise<Layer> {
  if (cdn.failed !== undefined) return { layer: 'cdn', state: 'failed', count: 0, code: cdn.failed }
  const said: CdnState = await context.cdn.outcome(0)
  const count = said.outcome === 'purged' && !cdn.allAsked ? cdn.asked.size : 0
  return { layer: 'cdn', state: said.outcome, count, ...('code' in said ? { code: said.code } : {}) }
}
