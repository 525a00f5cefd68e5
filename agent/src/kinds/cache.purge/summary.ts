import type { KindCachePurgeResult } from '@platen/protocol'
import { cdnSentence, isOldAtCdn } from './cdn-proof.ts'
import type { Layer } from './layers.ts'
import { sinceStart, type PageWork, type Purge } from './purge.ts'

type Proof = KindCachePurgeResult['proof'][number]

/** Pages that a receipt names, and bytes of them: addresses may be as long as 2,048 characters. */
const mostProof = 200
const proofBytes = 131_072
const mostChanges = 50
const layerNames: Readonly<Record<Layer['layer'], string>> = {
  object: 'object cache',
  opcache: 'compiled PHP',
  nginx: 'page cache',
  cdn: 'CDN',
}
/** What went wrong stands before what went well, and what was looked at before what was not. */
const order: readonly PageWork['state'][] = ['stale', 'unreachable', 'waiting', 'fresh', 'removed']

/** The receipt. `what` changed, newest first. */
export function receipt(purge: Purge, layers: readonly Layer[], what: readonly string[]): KindCachePurgeResult {
  const all = [...purge.pages.values()]
  const pages = all.filter(page => !isUnsure(purge, page))
  return {
    summary: summary(purge, pages, { layers, what, unsure: all.length - pages.length }).slice(0, 500),
    ...(what.length > 0 ? { changes: what.slice(0, mostChanges).map(text => ({ what: text.slice(0, 200) })) } : {}),
    layers: [...layers],
    proof: bounded(pages.toSorted(byNews).map(proof)),
    refreshed: count(pages, 'refreshed'),
    removed: count(pages, 'removed') + count(pages, 'warmed'),
    warmed: count(pages, 'warmed'),
    timings: {
      ...(purge.freshMs === undefined ? {} : { freshMs: purge.freshMs }),
      settledMs: purge.settledMs,
      totalMs: sinceStart(purge),
    },
  }
}

/** Whether an old copy may be there: nginx keeps more than was looked at, and this page was not among it. */
function isUnsure({ isCut }: Purge, { state, forgotten, served }: PageWork): boolean {
  return isCut && (state === 'removed' || state === 'waiting') && forgotten === 0 && (served?.status ?? 500) >= 500
}

function byNews(a: PageWork, b: PageWork): number {
  return place(a) - place(b) || Number(!a.cdn) - Number(!b.cdn) || Number(!a.served) - Number(!b.served)
}

function place(page: PageWork): number {
  return order.indexOf(isOldAtCdn(page) ? 'stale' : page.cdn?.seen.state === 'unreachable' ? 'unreachable' : page.state)
}

function proof(page: PageWork): Proof {
  const { url, served, madeUs, cdn } = page
  const layer = page.state === 'stale' ? 'nginx' : isOldAtCdn(page) ? 'cdn' : undefined
  const state = layer === undefined ? page.state : 'stale'
  return {
    url,
    // Left to be looked at when the job ended: it was not found to be old.
    state: state === 'waiting' ? 'removed' : state,
    ...(layer === undefined ? {} : { layer }),
    ...(served?.cache === undefined ? {} : { cache: served.cache }),
    ...(served ? { status: served.status } : {}),
    ...(madeUs === undefined ? {} : { madeAt: Math.floor(madeUs / 1_000) }),
    ...(cdn ? { cdn: cdn.seen } : {}),
  }
}

function bounded(proofs: readonly Proof[]): Proof[] {
  let bytes = 0
  return proofs.slice(0, mostProof).filter(entry => (bytes += Buffer.byteLength(JSON.stringify(entry)) + 1) <= proofBytes)
}

interface Besides {
  readonly layers: readonly Layer[]
  readonly what: readonly string[]
  /** Pages of which nobody knows whether an old copy is there. */
  readonly unsure: number
}

function summary(purge: Purge, pages: readonly PageWork[], { layers, what, unsure }: Besides): string {
  const checked = pages.filter(({ state, served }) => state === 'fresh' && served !== undefined).length
  const stale = pages.filter(({ state }) => state === 'stale').length
  const lost = pages.filter(({ state }) => state === 'unreachable').length
  const failed = layers.filter(({ state, code }) => state === 'failed' && code !== 'page.stale').map(named)
  const old = layers.filter(({ code }) => code === 'page.stale').map(named)
  const pending = layers.filter(({ state }) => state === 'pending').map(named)
  const removed = count(pages, 'removed') + count(pages, 'warmed')
  const sentences = [
    changed(what),
    pages.length + unsure === 0 ? 'No page was kept of what changed.' : '',
    count(pages, 'refreshed') > 0 ? `${number(count(pages, 'refreshed'), 'page')} made anew in place.` : '',
    removed > 0 ? `${number(removed, 'old copy', 'old copies')} removed, ${count(pages, 'warmed')} of them made anew since.` : '',
    stale > 0 ? `Visitors still get ${number(stale, 'old page')}.` : '',
    checked > 0 ? `Visitors get ${number(checked, 'new page')}, fetched and checked.` : '',
    lost > 0 ? `${number(lost, 'page')} could not be fetched.` : '',
    unsure > 0 ? `${number(unsure, 'page')} could not be looked for.` : '',
    cdnSentence(purge, pages, layers),
    old.length > 0 ? `Purged, but old all the same: ${old.join(', ')}.` : '',
    failed.length > 0 ? `Not purged: ${failed.join(', ')}.` : '',
    pending.length > 0 ? `Still to be purged: ${pending.join(', ')}.` : '',
    purge.listed ? 'Copies were found by reading the whole cache.' : '',
  ]
  return sentences.filter(sentence => sentence !== '').join(' ')
}

function named({ layer, code }: Layer): string {
  return code === undefined ? layerNames[layer] : `${layerNames[layer]} (${code})`
}

function changed(what: readonly string[]): string {
  if (what.length === 0) return ''
  const first = (what[0] ?? '').slice(0, 120)
  return what.length === 1 ? `${first}.` : `${first}, and ${number(what.length - 1, 'other change')}.`
}

function count(pages: readonly PageWork[], means: PageWork['means']): number {
  return pages.filter(page => page.means === means).length
}

function number(amount: number, what: string, many = `${what}s`): string {
  return `${amount} ${amount === 1 ? what : many}`
}
