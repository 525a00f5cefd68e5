import { PlatenError, type KindAssetsBundleInput } from '@platen/protocol'
import type { JobContext } from '../../ports/job-handler.ts'
import type { PageFetcher } from '../../ports/page-fetcher.ts'
import type { SiteFiles } from '../../ports/site-files.ts'
import { eachAtOnce } from '../../domain/each-at-once.ts'
import { bounds } from './bounds.ts'
import type { BuiltFile } from './build.ts'
import type { Places } from './locate.ts'
import { bundleOf, isContentOf, manifestFile, manifestText, nothing, parseManifest, type Manifest } from './manifest.ts'

type Context = JobContext<KindAssetsBundleInput>

/** What is served now. */
export interface Published {
  readonly bundle: string | undefined
  readonly manifest: Manifest
}

/** Asks WordPress what is served, and reads its manifest. One that can't be read counts as empty. */
export async function published({ php, signal }: Context, files: SiteFiles, { uploadsPath }: Places): Promise<Published> {
  const { bundle } = await php.call('assets.state', {}, { signal })
  if (bundle === undefined || !/^[0-9a-f]{16,64}$/.test(bundle)) return { bundle: undefined, manifest: nothing }
  try {
    const bytes = await files.read(`${uploadsPath}/${manifestFile(bundle)}`, bounds.manifestBytes)
    return { bundle, manifest: parseManifest(bytes.toString('utf8')) }
  } catch (error) {
    if (error instanceof PlatenError && ['file.not_found', 'path.symlink', 'file.too_large'].includes(error.code))
      return { bundle, manifest: nothing }
    throw error
  }
}

/** Writes built files that are not there yet, then their manifest; its bundle. @throws PlatenError file.too_large, disk.full */
export async function writeFiles(
  files: SiteFiles,
  { uploadsPath }: Places,
  built: readonly BuiltFile[],
  manifest: Manifest,
): Promise<string> {
  const text = manifestText(manifest)
  if (Buffer.byteLength(text) > bounds.manifestBytes) throw new PlatenError('file.too_large', 'The list of built files is too long.')
  for (const { entry, content } of built) if (content !== undefined) await files.write(`${uploadsPath}/${entry.file}`, Buffer.from(content))
  const bundle = bundleOf(manifest)
  await files.write(`${uploadsPath}/${manifestFile(bundle)}`, Buffer.from(text))
  return bundle
}

/** Has WordPress serve a bundle, or the originals where there is none. */
export async function serve({ php }: Pick<Context, 'php'>, bundle: string | undefined, signal: AbortSignal): Promise<void> {
  await php.call('assets.publish', bundle === undefined ? {} : { manifest: manifestFile(bundle), bundle }, { signal })
}

/**
 * Fetches each built file as a browser would.
 * @throws PlatenError page.unreachable where one is not served byte for byte, as what it is
 */
export async function verifyFiles(
  fetcher: PageFetcher,
  { signal }: Pick<Context, 'signal'>,
  { uploadsUrl }: Places,
  built: readonly BuiltFile[],
): Promise<void> {
  await eachAtOnce(built, bounds.atOnce, async ({ entry: { file } }) => {
    const { status, headers, body } = await fetcher.fetch(`${uploadsUrl}/${file}`, { signal })
    const type = file.endsWith('.css') ? /^text\/css\b/i : /^(?:text|application)\/(?:x-)?javascript\b/i
    if (status !== 200 || !isContentOf(file, body) || !type.test(headers['content-type'] ?? ''))
      throw new PlatenError('page.unreachable', `The built file ${file} is not served as it was written.`, { field: file })
  })
}
