import { PlatenError, type KindAssetsBundleInput } from '@platen/protocol'
import type { JobContext } from '../../ports/job-handler.ts'
import type { PageFetcher } from '../../ports/page-fetcher.ts'
import type { SiteFiles } from '../../ports/site-files.ts'
import { bounds } from './bounds.ts'
import { eachAtOnce } from '../../domain/each-at-once.ts'
import { bareUrl, versionOf, type Places } from './locate.ts'
import { bundleOf, manifestFile, manifestText, parseManifest, type Manifest } from './manifest.ts'
import { pageAssets, type PageAssets } from './pages.ts'

type Context = JobContext<KindAssetsBundleInput>

/** What is served now. */
export interface Published {
  readonly bundle: string | undefined
  readonly manifest: Manifest
}

/** Asks WordPress what is served, and reads its manifest. One that can't be read counts as empty. */
export async function published({ php, signal }: Context, files: SiteFiles, { uploadsPath }: Places): Promise<Published> {
  const { bundle } = await php.call('assets.state', {}, { signal })
  if (bundle === undefined || !/^[0-9a-f]{16,64}$/.test(bundle)) return { bundle: undefined, manifest: new Map() }
  try {
    const bytes = await files.read(`${uploadsPath}/${manifestFile(bundle)}`, bounds.manifestBytes)
    return { bundle, manifest: parseManifest(bytes.toString('utf8')) }
  } catch (error) {
    if (error instanceof PlatenError && ['file.not_found', 'path.symlink', 'file.too_large'].includes(error.code))
      return { bundle, manifest: new Map() }
    throw error
  }
}

/** Writes a manifest; its bundle. @throws PlatenError file.too_large before anything is written */
export async function writeManifest(files: SiteFiles, { uploadsPath }: Places, manifest: Manifest): Promise<string> {
  const text = manifestText(manifest)
  if (Buffer.byteLength(text) > bounds.manifestBytes) throw new PlatenError('file.too_large', 'The list of built files is too long.')
  const bundle = bundleOf(manifest)
  await files.write(`${uploadsPath}/${manifestFile(bundle)}`, Buffer.from(text))
  return bundle
}

/** Has WordPress serve a bundle, or the originals where there is none. */
export async function serve({ php, signal }: Context, bundle: string | undefined): Promise<void> {
  await php.call('assets.publish', bundle === undefined ? {} : { manifest: manifestFile(bundle), bundle }, { signal })
}

/** Fetches each built file as a browser would. @throws PlatenError page.unreachable where one is not served as it was written */
export async function verifyFiles(
  fetcher: PageFetcher,
  { signal }: Context,
  { uploadsUrl }: Places,
  built: readonly { readonly file: string; readonly bytes: number }[],
): Promise<void> {
  await eachAtOnce(built, bounds.atOnce, async ({ file, bytes }) => {
    const { status, headers, body } = await fetcher.fetch(`${uploadsUrl}/${file}`, { signal })
    const type = file.endsWith('.css') ? /^text\/css\b/i : /^(?:text|application)\/(?:x-)?javascript\b/i
    if (status !== 200 || body.length !== bytes || !type.test(headers['content-type'] ?? ''))
      throw new PlatenError('page.unreachable', `The built file ${file} is not served as it was written.`, { field: file })
  })
}

/**
 * Looks at a page after publishing: each of its files has to be there, in the same order, as the built one or as the original.
 * @throws PlatenError page.unusable, page.unreachable
 */
export async function verifyPage(
  fetcher: PageFetcher,
  context: Context,
  places: Places,
  before: PageAssets,
  manifest: Manifest,
): Promise<void> {
  const { tags } = await pageAssets(fetcher, context, before.url)
  const seen = tags.map(({ url }) => bareUrl(url))
  const wanted = before.tags.map(({ url }) => {
    const entry = manifest.get(bareUrl(url))
    return entry?.version === versionOf(url) ? [`${places.uploadsUrl}/${entry.file}`, bareUrl(url)] : [bareUrl(url)]
  })
  let at = 0
  for (const url of seen) if (wanted[at]?.includes(url)) at += 1
  if (at < wanted.length)
    throw new PlatenError('page.unusable', `${before.url.slice(0, 200)} does not load its files in their order any more.`, {
      field: before.url,
    })
}
