import type { KindAssetsBundleInput } from '@platen/protocol'
import type { JobContext } from '../../ports/job-handler.ts'
import type { PageFetcher } from '../../ports/page-fetcher.ts'
import { buildAsset, type Built, type BuildParts } from './build.ts'
import { bounds } from './bounds.ts'
import type { AssetTag } from './collect.ts'
import { bareUrl, type Places } from './locate.ts'
import { originals, type Manifest } from './manifest.ts'
import { askedPages, pageAssets, type PageAssets } from './pages.ts'

type Context = JobContext<KindAssetsBundleInput>

/** Fetches the asked pages; files that are served already stand for their originals. */
export async function collectPages(
  fetcher: PageFetcher,
  context: Context,
  places: Places,
  manifest: Manifest,
): Promise<readonly PageAssets[]> {
  const urls = askedPages(context)
  const pages: PageAssets[] = []
  for (const url of urls) {
    const page = await pageAssets(fetcher, context, url)
    pages.push({ url, tags: page.tags.map(tag => original(tag, places, manifest)) })
    context.progress(pages.length, 0, `${pages.length} of ${urls.length} pages fetched`)
  }
  return pages
}

function original(tag: AssetTag, { uploadsUrl }: Places, manifest: Manifest): AssetTag {
  const bare = bareUrl(tag.url)
  const url = bare.startsWith(`${uploadsUrl}/`) ? originals(manifest).get(bare.slice(uploadsUrl.length + 1)) : undefined
  const version = url === undefined ? undefined : manifest.get(url)?.version
  if (url === undefined || version === undefined) return tag
  return { ...tag, url: version === '' ? url : `${url}?${new URLSearchParams({ ver: version }).toString()}` }
}

/** Builds every file of the pages, each once. */
export async function buildAll(
  parts: BuildParts,
  context: Context,
  places: Places,
  pages: readonly PageAssets[],
  before: Manifest,
): Promise<readonly Built[]> {
  const tags = [...new Map(pages.flatMap(page => page.tags).map(tag => [bareUrl(tag.url), tag])).values()].slice(0, bounds.files)
  const built: Built[] = []
  for (const tag of tags) {
    context.signal.throwIfAborted()
    built.push(await buildAsset(parts, places, tag, before))
    context.progress(built.length, tags.length, `${built.length} of ${tags.length} files`)
  }
  return built
}

/** What was served before, with what was built now in the place of what it stands for. */
export function merged(before: Manifest, built: readonly Built[]): Manifest {
  const files = new Map(before)
  for (const one of built) {
    if ('entry' in one) files.set(one.url, one.entry)
    else files.delete(one.url)
  }
  return files
}
