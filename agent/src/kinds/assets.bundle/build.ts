import { PlatenError, type ErrorCode, type KindAssetsBundleResult } from '@platen/protocol'
import type { CssMinifier, ScriptMinifier } from '../../ports/minifiers.ts'
import type { SiteFiles } from '../../ports/site-files.ts'
import { bounds } from './bounds.ts'
import type { AssetTag } from './collect.ts'
import { bareUrl, fileOf, versionOf, type Places } from './locate.ts'
import { builtFile, type Manifest, type ManifestEntry } from './manifest.ts'
import { isSelfLocating } from './self-locating.ts'

/** A file that stays as it is. */
export type Left = KindAssetsBundleResult['left'][number]

/** What became of one file. */
export type Built =
  | {
      readonly url: string
      readonly kind: AssetTag['kind']
      readonly entry: ManifestEntry
      readonly bytesAfter: number
      /** Absent where an earlier job has written it. */
      readonly content?: string
    }
  | { readonly url: string; readonly left: Left }

/** What files are built with. */
export interface BuildParts {
  readonly files: SiteFiles
  readonly css: CssMinifier
  readonly js: ScriptMinifier
}

/** Failures that are a file's own: it is left as it is, and the others go on. */
const ofFile: Partial<Record<ErrorCode, Left['reason']>> = {
  'path.outside': 'missing',
  'path.symlink': 'missing',
  'file.not_found': 'missing',
  'file.denied': 'missing',
  'file.too_large': 'too large',
  'css.unparsable': 'unparsable',
  'js.unparsable': 'unparsable',
}

/** Builds one file, or says why it stays as it is. What an earlier job built from the same source is taken over. */
export async function buildAsset(parts: BuildParts, places: Places, tag: AssetTag, before: Manifest): Promise<Built> {
  const url = bareUrl(tag.url)
  const leave = (reason: Left['reason'], code?: ErrorCode): Built => ({
    url,
    left: { url: tag.url.slice(0, 2048), reason, ...(code === undefined ? {} : { code }) },
  })
  const source = fileOf(tag.url, places)
  if (source === undefined) return leave('external')
  if (tag.module) return leave('module')
  if (tag.integrity) return leave('integrity')
  try {
    const stats = await parts.files.info(source)
    if (!stats) return leave('missing', 'file.not_found')
    const origin = { version: versionOf(tag.url), source, bytes: stats.size, modified: Math.floor(stats.modifiedMs / 1000) }
    const known = await takenOver(parts.files, places, before.get(url), origin)
    if (known) return { url, kind: tag.kind, ...known }
    const made = await minified(parts, tag, url, await parts.files.read(source, bounds.fileBytes))
    if (typeof made === 'object') return leave(made.reason)
    const entry = { file: builtFile(made, tag.kind), ...origin }
    return { url, kind: tag.kind, entry, bytesAfter: Buffer.byteLength(made), content: made }
  } catch (error) {
    const reason = error instanceof PlatenError ? ofFile[error.code] : undefined
    if (reason === undefined) throw error
    return leave(reason, (error as PlatenError).code)
  }
}

async function takenOver(
  files: SiteFiles,
  { uploadsPath }: Places,
  known: ManifestEntry | undefined,
  { version, source, bytes, modified }: Omit<ManifestEntry, 'file'>,
): Promise<{ readonly entry: ManifestEntry; readonly bytesAfter: number } | undefined> {
  const isSame = known?.version === version && known.source === source && known.bytes === bytes && known.modified === modified
  const built = isSame ? await files.info(`${uploadsPath}/${known.file}`) : undefined
  return known && built ? { entry: known, bytesAfter: built.size } : undefined
}

async function minified(
  parts: BuildParts,
  tag: AssetTag,
  url: string,
  bytes: Buffer,
): Promise<string | { readonly reason: Left['reason'] }> {
  const source = textOf(bytes)
  if (source === undefined) return { reason: 'not text' }
  if (tag.kind === 'js' && isSelfLocating(source)) return { reason: 'self-locating' }
  const made = tag.kind === 'css' ? await parts.css.minify(source, url) : await parts.js.minify(source)
  return Buffer.byteLength(made) < bytes.length ? made : { reason: 'no gain' }
}

/** UTF-8, which is what pages are in; a style sheet that says otherwise is not touched. */
function textOf(bytes: Buffer): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return /^@charset "(?!utf-8")/i.test(text) ? undefined : text
  } catch {
    // TextDecoder's only complaint: these bytes are no UTF-8.
    return undefined
  }
}
