import type { KindAssetsBundleInput } from '@platen/protocol'
import type { JobContext } from '../../ports/job-handler.ts'
import type { SiteFiles } from '../../ports/site-files.ts'
import { bounds } from './bounds.ts'
import { buildAsset, isCurrent, leftAs, type Built, type BuildParts } from './build.ts'
import type { AssetTag } from './collect.ts'
import { bareUrl, type Places } from './locate.ts'
import { remembered, type Manifest, type ManifestEntry } from './manifest.ts'
import { askedPages, pageAssets, type PageAssets, type PageReading } from './pages.ts'

type Context = JobContext<KindAssetsBundleInput>

/** Fetches the asked pages; files that are served already stand for their originals. */
export async function collectPages(reading: PageReading, context: Context, manifest: Manifest): Promise<readonly PageAssets[]> {
  const urls = askedPages(context)
  const pages: PageAssets[] = []
  for (const url of urls) {
    pages.push(await pageAssets(reading, url, manifest, context.signal))
    context.progress(pages.length, 0, `${pages.length} of ${urls.length} pages fetched`)
  }
  return pages
}

/** Builds every file of the pages, each once, as far as the bounds of a job go; the rest is left. */
export async function buildAll(
  parts: BuildParts,
  context: Context,
  places: Places,
  pages: readonly PageAssets[],
  before: Manifest,
): Promise<readonly Built[]> {
  const tags = eachOnce(pages.flatMap(page => page.tags))
  const built: Built[] = []
  let room = bounds.totalBytes
  for (const tag of tags.slice(0, bounds.files)) {
    context.signal.throwIfAborted()
    const one = await buildAsset(parts, places, tag, before, room)
    if ('content' in one) room -= one.entry.bytes
    built.push(one)
    context.progress(built.length, tags.length, `${built.length} of ${tags.length} files`)
  }
  return [...built, ...tags.slice(bounds.files).map(tag => leftAs(tag.url, 'too many'))]
}

/** Each file once. Where one of its tags forbids another file in its place, that is the one that counts. */
function eachOnce(tags: readonly AssetTag[]): readonly AssetTag[] {
  const own = new Map<string, AssetTag>()
  for (const tag of tags) {
    const known = own.get(bareUrl(tag.url))
    if (!known?.integrity && !known?.module) own.set(bareUrl(tag.url), tag)
  }
  return [...own.values()]
}

/** What was served before and still may be, with what was built now in the place of what it stands for. */
export async function merged(files: SiteFiles, before: Manifest, built: readonly Built[], pages: readonly PageAssets[]): Promise<Manifest> {
  const own = new Set(built.map(({ url }) => url))
  const after = new Map<string, ManifestEntry>()
  for (const [url, entry] of before.files) if (!own.has(url) && (await isCurrent(files, entry))) after.set(url, entry)
  for (const one of built) if ('entry' in one) after.set(one.url, one.entry)
  return {
    files: after,
    pages: remembered(
      before.pages,
      pages.map(({ url }) => url),
    ),
  }
}
