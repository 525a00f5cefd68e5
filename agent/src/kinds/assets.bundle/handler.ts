import { PlatenError, type KindAssetsBundleInput, type KindAssetsBundleResult } from '@platen/protocol'
import type { Handler, HandlerOutcome, JobContext } from '../../ports/job-handler.ts'
import type { PageFetcher } from '../../ports/page-fetcher.ts'
import type { Built, BuildParts } from './build.ts'
import { bareUrl, type Places } from './locate.ts'
import type { Manifest } from './manifest.ts'
import type { PageAssets } from './pages.ts'
import { published, serve, verifyFiles, verifyPage, writeManifest, type Published } from './publication.ts'
import { buildAll, collectPages, merged } from './run.ts'
import { report, reportOff } from './summary.ts'

/** What the job is done with. */
export interface AssetsBundleParts extends BuildParts {
  readonly fetcher: PageFetcher
}

type Context = JobContext<KindAssetsBundleInput>
type Outcome = HandlerOutcome<KindAssetsBundleResult>

interface Work {
  readonly parts: AssetsBundleParts
  readonly context: Context
  readonly places: Places
  readonly now: Published
  readonly pages: readonly PageAssets[]
}

/**
 * Makes a smaller file of each style sheet and script of the pages, one for one, so that their order and the inline parts
 * between them stay as they are, and has WordPress serve them. Files are named by their content and never removed, since copies
 * of pages may name them for long; what is served changes with one call, and changes back where a page is not whole afterwards.
 */
export function assetsBundle(parts: AssetsBundleParts): Handler<'assets.bundle'> {
  return async context => {
    const { php, signal, input } = context
    const { maintenance, ...places } = await php.call('site.describe', {}, { signal })
    if (maintenance) throw new PlatenError('wordpress.maintenance')
    const now = await published(context, parts.files, places)
    if (input.mode === 'off' && input.urls.length === 0) return allOff(context, now)
    const pages = await collectPages(parts.fetcher, context, places, now.manifest)
    const work = { parts, context, places, now, pages }
    return input.mode === 'off' ? pagesOff(work) : build(work)
  }
}

async function build(work: Work): Promise<Outcome> {
  const { parts, context, places, now, pages } = work
  const { mode } = context.input
  const built = await buildAll(parts, context, places, pages, now.manifest)
  if (mode === 'plan') return { result: report(mode, undefined, pages, built), effect: 'none' }
  const manifest = merged(now.manifest, built)
  // With nothing to serve, nothing is published.
  const bundle = manifest.size === 0 ? undefined : await context.step('write files', 'idempotent', () => writeFiles(work, built, manifest))
  if (mode !== 'build') await verifyFiles(parts.fetcher, context, places, built.flatMap(builtFile))
  if (mode !== 'publish') return { result: report(mode, bundle, pages, built), effect: 'none' }
  if (bundle !== now.bundle) await publish(work, bundle, manifest)
  return { result: report(mode, bundle, pages, built), effect: bundle === now.bundle ? 'none' : 'applied' }
}

async function writeFiles({ parts, places }: Work, built: readonly Built[], manifest: Manifest): Promise<string> {
  for (const one of built) {
    if ('content' in one && one.content !== undefined)
      await parts.files.write(`${places.uploadsPath}/${one.entry.file}`, Buffer.from(one.content))
  }
  return writeManifest(parts.files, places, manifest)
}

function builtFile(one: Built): { readonly file: string; readonly bytes: number }[] {
  return 'entry' in one ? [{ file: one.entry.file, bytes: one.bytesAfter }] : []
}

/** Serves the bundle; where a page does not load its files any more, what was served before is served again. */
async function publish({ parts, context, places, now, pages }: Work, bundle: string | undefined, manifest: Manifest): Promise<void> {
  await context.step('publish', 'idempotent', () => serve(context, bundle))
  try {
    for (const page of pages) await verifyPage(parts.fetcher, context, places, page, manifest)
  } catch (error) {
    await context.step('take back', 'idempotent', () => serve(context, now.bundle))
    throw error
  }
}

async function allOff(context: Context, now: Published): Promise<Outcome> {
  const wasOn = now.bundle !== undefined
  if (wasOn) await context.step('serve originals', 'idempotent', () => serve(context, undefined))
  return { result: reportOff(wasOn, undefined, []), effect: wasOn ? 'applied' : 'none' }
}

/** The files of these pages only. A file that other pages load as well is the original there, too. */
async function pagesOff({ parts, context, places, now, pages }: Work): Promise<Outcome> {
  const own = new Set(pages.flatMap(page => page.tags).map(({ url }) => bareUrl(url)))
  const manifest = new Map([...now.manifest].filter(([url]) => !own.has(url)))
  if (manifest.size === now.manifest.size) return { result: reportOff(false, now.bundle, pages), effect: 'none' }
  const bundle = await context.step('serve originals', 'idempotent', async () => {
    const rest = manifest.size === 0 ? undefined : await writeManifest(parts.files, places, manifest)
    await serve(context, rest)
    return rest
  })
  return { result: reportOff(true, bundle, pages), effect: 'applied' }
}
