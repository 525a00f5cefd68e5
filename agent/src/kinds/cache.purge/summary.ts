import type { KindCachePurgeResult } from '@platen/protocol'
import type { Layer } from './layers.ts'
import type { PageWork } from './pages.ts'

type Proof = KindCachePurgeResult['proof'][number]

/** Pages that a receipt names. */
const mostProof = 200
const layerNames: Readonly<Record<Layer['layer'], string>> = {
  object: 'object cache',
  opcache: 'compiled PHP',
  nginx: 'page cache',
  cdn: 'CDN',
}

/** The receipt; what went wrong stands before what went well. */
export function receipt(layers: readonly Layer[], pages: readonly PageWork[]): KindCachePurgeResult {
  const ordered = [...pages.filter(page => page.state !== 'fresh'), ...pages.filter(page => page.state === 'fresh')]
  return {
    summary: summary(layers, pages),
    layers: [...layers],
    proof: ordered.slice(0, mostProof).map(proof),
    refreshed: pages.filter(page => page.state !== 'unreachable').length,
  }
}

function proof({ url, state, served }: PageWork): Proof {
  return { url, state, ...(served?.cache === undefined ? {} : { cache: served.cache }), ...(served ? { status: served.status } : {}) }
}

function summary(layers: readonly Layer[], pages: readonly PageWork[]): string {
  const fresh = pages.filter(page => page.state === 'fresh').length
  const lost = pages.filter(page => page.state === 'unreachable').length
  const failed = layers.filter(layer => layer.state === 'failed').map(layer => layerNames[layer.layer])
  const first =
    fresh === pages.length
      ? `Visitors get ${count(fresh, 'new page')}; each was fetched and checked.`
      : `${fresh} of ${count(pages.length, 'page')} are new; `
  const rest = fresh === pages.length ? '' : `${count(lost, 'page')} could not be fetched.`
  return `${first}${rest}${failed.length > 0 ? ` Not purged: ${failed.join(', ')}.` : ''}`
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}
