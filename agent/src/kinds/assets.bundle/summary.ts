import type { KindAssetsBundleInput, KindAssetsBundleResult } from '@platen/protocol'
import { bounds } from './bounds.ts'
import type { Built } from './build.ts'
import type { PageAssets } from './pages.ts'

type Result = KindAssetsBundleResult
type Mode = KindAssetsBundleInput['mode']

/** The report of a run. */
export function report(mode: Mode, bundle: string | undefined, pages: readonly PageAssets[], built: readonly Built[]): Result {
  const css = totals(built, 'css')
  const js = totals(built, 'js')
  return {
    summary: withCopies(words(mode, css, js), mode === 'publish' && pages.some(({ isHidden }) => isHidden)),
    mode,
    published: mode === 'publish' && bundle !== undefined,
    ...(bundle === undefined ? {} : { bundle }),
    css,
    js,
    left: built.flatMap(one => ('left' in one ? [one.left] : [])).slice(0, bounds.left),
    pages: pages.map(({ url, tags }) => ({
      url,
      css: tags.filter(({ kind }) => kind === 'css').length,
      js: tags.filter(({ kind }) => kind === 'js').length,
    })),
  }
}

/** The report of turning off. `hidden`: pages that nginx still hands out as they were; undefined where nothing was to be done. */
export function reportOff(hidden: readonly string[] | undefined, bundle: string | undefined, pages: readonly PageAssets[]): Result {
  const summary = hidden
    ? 'Visitors get the original CSS and JavaScript again.'
    : 'Visitors get the original CSS and JavaScript, as before.'
  return { ...report('off', bundle, pages, []), summary: withCopies(summary, hidden !== undefined && hidden.length > 0) }
}

/** Says of copies of pages that what was done is not seen yet. */
function withCopies(summary: string, areKept: boolean): string {
  return areKept ? `${summary.replace(/\.$/, '')}. Pages that nginx has kept follow when they expire or the caches are purged.` : summary
}

function totals(built: readonly Built[], kind: 'css' | 'js'): Result['css'] {
  const own = built.filter(one => 'entry' in one).filter(one => one.kind === kind)
  return {
    files: own.length,
    bytesBefore: own.reduce((sum, { entry }) => sum + entry.bytes, 0),
    bytesAfter: own.reduce((sum, { bytesAfter }) => sum + bytesAfter, 0),
  }
}

const done: Readonly<Record<Exclude<Mode, 'off'>, string>> = {
  plan: 'Could be made smaller',
  build: 'Made smaller, not served yet',
  verify: 'Made smaller and checked, not served yet',
  publish: 'Made smaller',
}

function words(mode: Mode, css: Result['css'], js: Result['js']): string {
  if (mode === 'off') return ''
  const parts = [part(css, 'CSS file'), part(js, 'script')].filter(text => text !== undefined)
  return parts.length === 0 ? 'No CSS or JavaScript of this page could be made smaller.' : `${done[mode]}: ${parts.join(', ')}`
}

function part({ files, bytesBefore, bytesAfter }: Result['css'], name: string): string | undefined {
  return files === 0 ? undefined : `${files} ${name}${files === 1 ? '' : 's'} ${size(bytesBefore)} → ${size(bytesAfter)}`
}

function size(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}
