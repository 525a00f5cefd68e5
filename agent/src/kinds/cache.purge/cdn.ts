import { limits, PlatenError, type ErrorCode } from '@platen/protocol'
import type { CdnState } from '../../domain/cdn-verdict.ts'
import type { CdnWhat } from '../../domain/cdn-queue.ts'
import type { Layer } from './layers.ts'
import { pause } from './paced.ts'
import type { PageWork, Purge } from './purge.ts'

/** What the job has the CDN do. */
export interface CdnWork {
  /** Pages whose old copy is gone here and may still be there. */
  readonly due: Set<PageWork>
  /** The same of all of the site. */
  allDue: boolean
  /** Whether some of what is due was refused as an urgent wish, and is one still. */
  urgentDue: boolean
  /** Pages that it was asked to purge; whether of all of the site. */
  readonly asked: Set<string>
  allAsked: boolean
  /** Until when its word is waited for, by the monotonic clock. */
  waitsUntil?: number
  /** Why something that is due again could not be put on record, and whether that was tried for the last time. */
  refused?: ErrorCode
  triedLast: boolean
  /** Why tags could not be put on record: changes have to come again. */
  tagsRefused?: ErrorCode
  /** Why it could not be asked for something at all. */
  failed?: ErrorCode
}

/** The journal's own refusals, which pass: a wish that is refused for what is in it would be refused for ever. */
const passing: ReadonlySet<ErrorCode> = new Set(['disk.full', 'store.unavailable'])

/** Between two looks whether something has changed meanwhile. */
const waitMs = 200

export function createCdnWork(): CdnWork {
  return { due: new Set(), allDue: false, urgentDue: false, asked: new Set(), allAsked: false, triedLast: false }
}

/**
 * Asks the CDN for what is due: never before nginx has the new page or none, since the CDN would get the old one again. The
 * request is on disk then, and is carried out whatever becomes of this job. What the journal refuses is due again.
 */
export async function askCdn(purge: Purge, urgent = false): Promise<void> {
  const { cdn, context } = purge
  const pages = [...cdn.due].filter(({ state }) => state !== 'stale')
  const isWhole = cdn.allDue
  if (!isWhole && pages.length === 0) return
  const what: CdnWhat = isWhole ? { everything: true } : { urls: pages.map(({ url }) => url) }
  const isUrgent = urgent || cdn.urgentDue
  for (const page of pages) cdn.due.delete(page)
  cdn.allDue = false
  cdn.urgentDue = false
  try {
    await context.cdn.want(what, isUrgent)
  } catch (error) {
    if (!(error instanceof PlatenError) || context.signal.aborted) throw error
    // nginx is new all the same, and says so in the receipt.
    if (!passing.has(error.code)) return void (cdn.failed = error.code)
    cdn.refused = error.code
    for (const page of pages) cdn.due.add(page)
    cdn.allDue ||= isWhole
    cdn.urgentDue ||= isUrgent
    return
  }
  delete cdn.refused
  cdn.allAsked ||= isWhole
  for (const { url } of pages) cdn.asked.add(url)
  cdn.waitsUntil = context.clock.monotonic() + limits.cdn.outcomeMs
}

/**
 * Asks it for pages by what they show, after their URLs: those that nginx has forgotten, or never kept. Nobody waits for that, but
 * what can't be put on record comes again with the changes.
 */
export async function askTags({ cdn, context }: Purge, tags: readonly string[], urgent: boolean): Promise<void> {
  if (tags.length === 0) return
  try {
    await context.cdn.want({ tags }, urgent)
  } catch (error) {
    if (!(error instanceof PlatenError) || context.signal.aborted) throw error
    cdn.tagsRefused = error.code
  }
}

/** Tries once more, when all else is done, what the journal has refused. False where there is no such thing, or it was tried. */
export async function askOnceMore(purge: Purge): Promise<boolean> {
  const { cdn, context } = purge
  if (cdn.refused === undefined || cdn.triedLast) return false
  cdn.triedLast = true
  await pause(context.clock, waitMs, context.signal)
  context.signal.throwIfAborted()
  await askCdn(purge)
  return true
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
  const code = cdn.refused ?? cdn.tagsRefused ?? cdn.failed
  if (code !== undefined) return { layer: 'cdn', state: 'failed', count: 0, code }
  const said: CdnState = await context.cdn.outcome(0)
  const count = said.outcome === 'purged' && !cdn.allAsked ? cdn.asked.size : 0
  return { layer: 'cdn', state: said.outcome, count, ...('code' in said ? { code: said.code } : {}) }
}
