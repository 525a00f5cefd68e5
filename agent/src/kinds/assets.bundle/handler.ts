import { PlatenError, toPlatenError, type KindAssetsBundleInput, type KindAssetsBundleResult } from '@platen/protocol'
import type { Handler, HandlerOutcome, JobContext } from '../../ports/job-handler.ts'
import { bounds } from './bounds.ts'
import type { BuildParts } from './build.ts'
import { bareUrl, type Places } from './locate.ts'
import { nothing, type Manifest } from './manifest.ts'
import { askedPages, type PageAssets, type PageReading } from './pages.ts'
import { asServed, proveOriginals, provePages } from './proof.ts'
import { published, serve, verifyFiles, writeFiles, type Published } from './publication.ts'
import { buildAll, collectPages, merged } from './run.ts'
import { report, reportOff } from './summary.ts'

/** What the job is done with. */
export interface AssetsBundleParts extends BuildParts {
  readonly fetcher: PageReading['fetcher']
}

type Context = JobContext<KindAssetsBundleInput>
type Outcome = HandlerOutcome<KindAssetsBundleResult>

interface Work {
  readonly parts: AssetsBundleParts
  readonly context: Context
  readonly places: Places
  readonly now: Published
  readonly reading: PageReading
}

/**
 * Makes a smaller file of each style sheet and script of the pages, one for one, so that their order and the inline parts
 * between them stay as they are, and has WordPress serve them. Files are named by their content and never removed, since copies
 * of pages may name them for long; what is served changes with one call, and changes back where a page is not whole afterwards.
 */
export function assetsBundle(parts: AssetsBundleParts): Handler<'assets.bundle'> {
  return async context => {
    const { php, signal, input } = context
    // Refuses other sites' pages before anything is asked.
    askedPages(context)
    const { maintenance, ...places } = await php.call('site.describe', {}, { signal })
    if (maintenance) throw new PlatenError('wordpress.maintenance')
    const now = await published(context, parts.files, places)
    const work: Work = { parts, context, places, now, reading: { fetcher: parts.fetcher, context, places } }
    if (input.mode !== 'off') return build(work)
    return input.urls.length === 0 ? allOff(work) : pagesOff(work)
  }
}

async function build(work: Work): Promise<Outcome> {
  const { parts, context, places, now } = work
  const { mode } = context.input
  const pages = await collectPages(work.reading, context, now.manifest)
  const all = await buildAll(parts, context, places, pages, now.manifest)
  if (mode === 'plan') return { result: report(mode, undefined, pages, all), effect: 'none' }
  const files = all.filter(one => 'entry' in one)
  const manifest = await merged(parts.files, now.manifest, all, pages)
  // With nothing to serve, nothing is published.
  const bundle =
    manifest.files.size === 0
      ? undefined
      : await context.step('write files', 'idempotent', () => writeFiles(parts.files, places, files, manifest))
  if (mode !== 'build') await verifyFiles(parts.fetcher, context, places, files)
  if (mode !== 'publish') return { result: report(mode, bundle, pages, all), effect: 'none' }
  const isNew = bundle !== now.bundle
  const proven = isNew ? await publish(work, pages, bundle, manifest) : pages
  // A built file that had been lost or changed is a change for visitors, too.
  const isMended = files.some(file => file.content !== undefined)
  const result = report(mode, bundle, proven, asServed(all, proven))
  return { result, effect: isNew || isMended ? 'applied' : 'none', savedBytes: isNew ? savedBytes(result) : 0 }
}

/** What a visitor is spared who loads each file once. */
function savedBytes({ css, js }: Outcome['result']): number {
  return css.bytesBefore + js.bytesBefore - css.bytesAfter - js.bytesAfter
}

/**
 * Serves the bundle and looks at the pages; where one is not whole, what was served before is served again. One step, so that
 * a cancellation in its middle takes back as well.
 */
async function publish(
  work: Work,
  pages: readonly PageAssets[],
  bundle: string | undefined,
  manifest: Manifest,
): Promise<readonly PageAssets[]> {
  const { context, reading } = work
  const { signal } = context
  const ended = await context.step('publish', 'idempotent', async () => {
    try {
      await serve(context, bundle, signal)
      return { proven: await provePages(reading, pages, manifest, signal) }
    } catch (error) {
      // A step that throws counts as one that nobody knows the end of; this one ended if everything is as before.
      if (await isTakenBack(work, pages)) return { error }
      throw error
    }
  })
  if ('error' in ended) throw ended.error
  return ended.proven
}

/** Serves what was served before; whether the pages are as they were then. */
async function isTakenBack({ context, now, reading }: Work, pages: readonly PageAssets[]): Promise<boolean> {
  const signal = AbortSignal.timeout(bounds.takeBackMs)
  try {
    await serve(context, now.bundle, signal)
    const urls = pages.map(({ url }) => url)
    const hidden = await proveOriginals(reading, urls, now.manifest, signal)
    // A visitor may have had nginx keep a page while it was broken: only a purge helps, which is not this worker's to do.
    if (hidden.length > 0) context.log.warn('assets:copies_kept', { pages: hidden.length, url: hidden[0] })
    return true
  } catch (error) {
    // What made the job fail is what it is to be told by; this one is for the log.
    context.log.error('assets:not_taken_back', { code: toPlatenError(error).code })
    return false
  }
}

async function allOff({ context, now, reading }: Work): Promise<Outcome> {
  const wasOn = now.bundle !== undefined
  if (!wasOn) return { result: reportOff(undefined, undefined, []), effect: 'none' }
  await context.step('serve originals', 'idempotent', () => serve(context, undefined, context.signal))
  const urls = [...new Set([...askedPages(context), ...now.manifest.pages])]
  const hidden = await proveOriginals(reading, urls, nothing, context.signal)
  return { result: reportOff(hidden, undefined, []), effect: 'applied' }
}

/** The files of these pages only. A file that other pages load as well is the original there, too. */
async function pagesOff({ parts, context, places, now, reading }: Work): Promise<Outcome> {
  const pages = await collectPages(reading, context, now.manifest)
  const urls = pages.map(({ url }) => url)
  const own = new Set(pages.flatMap(page => page.tags).map(({ url }) => bareUrl(url)))
  const files = new Map([...now.manifest.files].filter(([url]) => !own.has(url)))
  if (files.size === now.manifest.files.size) return { result: reportOff(undefined, now.bundle, pages), effect: 'none' }
  const rest = { files, pages: now.manifest.pages.filter(url => !urls.includes(url)) }
  const bundle = await context.step('serve originals', 'idempotent', async () => {
    const name = files.size === 0 ? undefined : await writeFiles(parts.files, places, [], rest)
    await serve(context, name, context.signal)
    return name
  })
  const hidden = await proveOriginals(reading, urls, nothing, context.signal)
  return { result: reportOff(hidden, bundle, pages), effect: 'applied' }
}
