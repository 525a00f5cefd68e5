import { kinds } from '@platen/protocol'
import type { PageFetcher } from '../../ports/page-fetcher.ts'
import { askCdn } from './cdn.ts'
import { seeAtCdn } from './cdn-sight.ts'
import type { Layer } from './layers.ts'
import { pause } from './paced.ts'
import { evenly } from './plan.ts'
import type { PageWork, Purge } from './purge.ts'

/** How far the job is with what the CDN gives. */
export interface CdnProof {
  /** Pages that are to be looked at next. */
  queue: PageWork[]
  /** Pages that were looked at of those that are sampled. */
  sampled: number
  /** When the first was, by the monotonic clock, and whether the time was over before the last. */
  startedAt?: number
  ranOut: boolean
  /** Looks that somebody answered there, and those in vain. */
  answered: number
  unanswered: number
  /** Looks that have not ended. */
  underWay?: Promise<void>
}

/** Pages that are looked at, besides those that nobody may see any more: those are all. */
const mostCdnSamples = 50
/** Requests to the CDN at once. */
const atOnce = 4
/** All of the proof: longer where the CDN is slow, and nobody waits for it. */
const proofMs = 30_000
/** Between two looks whether something has changed meanwhile. */
const turnMs = 200
const lastStartMs = 0.8 * (kinds.find(kind => kind.name === 'cache.purge')?.deadlines.runMs ?? 0)

export function createCdnProof(): CdnProof {
  return { queue: [], sampled: 0, ranOut: false, answered: 0, unanswered: 0 }
}

/**
 * Once the CDN is said to be purged, looks at pages as its visitors get them: all that nobody may see any more, then some of the
 * others. What is old it is asked to purge once more, and looked at again. Does a little of that; false where nothing is left.
 */
export async function proveAtCdn(purge: Purge): Promise<boolean> {
  const { parts, context, cdnProof } = purge
  const { cdn } = parts
  if (!cdn) return false
  if (!cdnProof.underWay) {
    if (!(await isPurged(purge))) return false
    const pages = isOver(purge) ? [] : nextPages(purge)
    if (pages.length === 0) return askAgain(purge)
    const looked = cdnProof.answered + cdnProof.unanswered
    context.progress(looked, looked + pages.length + cdnProof.queue.length, 'Looking at pages through the CDN')
    cdnProof.underWay = Promise.all(pages.map(async page => lookAt(purge, cdn, page))).then(() => void delete cdnProof.underWay)
  }
  const turn = new AbortController()
  const looks = cdnProof.underWay.finally(() => turn.abort())
  // A change that comes meanwhile waits no longer than this.
  await Promise.race([looks, pause(context.clock, turnMs, AbortSignal.any([context.signal, turn.signal]))])
  context.signal.throwIfAborted()
  return true
}

/** Whether the CDN gives an old copy of a page that is new here. */
export function isOldAtCdn({ cdn }: PageWork): boolean {
  return cdn?.seen.state === 'stale'
}

/** The layer by what was seen of it: purged, it may not be. */
export function provenLayer({ pages }: Purge, layer: Layer): Layer {
  if (layer.state !== 'purged' || ![...pages.values()].some(isOldAtCdn)) return layer
  return { layer: 'cdn', state: 'failed', count: 0, code: 'page.stale' }
}

/** What was seen there, in words; '' where nobody had to look. */
export function cdnSentence({ parts, cdn, cdnProof }: Purge, pages: readonly PageWork[], layers: readonly Layer[]): string {
  const seen = pages.flatMap(page => page.cdn?.seen.state ?? [])
  if (seen.length === 0) {
    if (!layers.some(({ layer, state }) => layer === 'cdn' && state === 'purged')) return ''
    if (!parts.cdn) return 'What the CDN gives was not looked at: the policy file does not say where it is.'
    return cdnProof.ranOut ? 'What the CDN gives could not be looked at in time.' : ''
  }
  const count = (state: string, word: string): string[] => {
    const those = seen.filter(each => each === state).length
    return those > 0 ? [`${those} ${word}`] : []
  }
  const words = [...count('fresh', 'new'), ...count('stale', 'old'), ...count('unreachable', 'not to be had')]
  const of = cdn.allAsked ? '' : ` of ${cdn.asked.size}`
  return `Fetched through the CDN: ${seen.length}${of} ${(cdn.allAsked ? seen.length : cdn.asked.size) === 1 ? 'page' : 'pages'}, ${words.join(', ')}.`
}

async function isPurged({ cdn, context }: Purge): Promise<boolean> {
  if (cdn.refused !== undefined || cdn.failed !== undefined || (cdn.asked.size === 0 && !cdn.allAsked)) return false
  return (await context.cdn.outcome(0)).outcome === 'purged'
}

/** Whether there is no more time, or nobody there to ask. */
function isOver({ cdnProof, context, startedAt }: Purge): boolean {
  const now = context.clock.monotonic()
  cdnProof.startedAt ??= now
  if (cdnProof.answered === 0 && cdnProof.unanswered >= atOnce) return true
  cdnProof.ranOut = now - cdnProof.startedAt > proofMs || now - startedAt > lastStartMs
  return cdnProof.ranOut
}

/** A few pages that have to be looked at. */
function nextPages(purge: Purge): readonly PageWork[] {
  const { cdnProof } = purge
  if (cdnProof.queue.length === 0) cdnProof.queue = waitingPages(purge)
  return cdnProof.queue.splice(0, atOnce)
}

/** What nobody may see any more goes first, then what was made of it, and others as far as there is room among the samples. */
function waitingPages({ pages, cdn, cdnProof }: Purge): PageWork[] {
  const open = [...pages.values()].filter(page => isPurgedThere(page, cdn) && (page.cdn === undefined || page.cdn.again === 'asked'))
  const isSure = (page: PageWork): boolean => page.hides === 'itself' || page.cdn !== undefined
  const sampled = [open.filter(page => !isSure(page) && page.hides === 'parts'), open.filter(page => !isSure(page) && !page.hides)]
  const samples = sampled.flatMap(some => {
    const picked = evenly(some.length, mostCdnSamples - cdnProof.sampled)
    cdnProof.sampled += picked.size
    return some.filter((_, index) => picked.has(index))
  })
  return [...open.filter(isSure), ...samples]
}

/** Whether the CDN was asked to purge it, and gets no old copy here. */
function isPurgedThere({ url, state }: PageWork, { asked, allAsked }: Purge['cdn']): boolean {
  if (state === 'stale' || state === 'waiting') return false
  return asked.has(url) || (allAsked && state !== 'unreachable')
}

async function lookAt(purge: Purge, fetcher: PageFetcher, page: PageWork): Promise<void> {
  const { cdnProof, context } = purge
  const { atUs } = page
  const seen = await seeAtCdn(purge, fetcher, page)
  if (seen.status === undefined) cdnProof.unanswered += 1
  else cdnProof.answered += 1
  // It has changed meanwhile, and is to be purged again.
  if (page.atUs !== atUs || purge.cdn.due.has(page)) return
  page.cdn = { seen, ...(page.cdn ? { again: 'looked' } : {}) }
  if (seen.state === 'stale') context.log.warn('purge:old-at-cdn', { url: page.url, ...seen })
}

/** Has the CDN purge once more what it gave an old copy of. */
async function askAgain(purge: Purge): Promise<boolean> {
  const old = [...purge.pages.values()].filter(page => isOldAtCdn(page) && page.cdn?.again === undefined)
  if (old.length === 0) return false
  for (const page of old) {
    if (page.cdn) page.cdn.again = 'asked'
    purge.cdn.due.add(page)
  }
  await askCdn(
    purge,
    old.some(({ hides }) => hides !== undefined),
  )
  return true
}
