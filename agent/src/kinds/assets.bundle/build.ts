import { PlatenError, type ErrorCode, type KindAssetsBundleResult } from '@platen/protocol'
import type { CssMinifier, ScriptMinifier } from '../../ports/minifiers.ts'
import type { SiteFiles } from '../../ports/site-files.ts'
import { bounds } from './bounds.ts'
import type { AssetTag } from './collect.ts'
import { bareUrl, fileOf, versionOf, type Places } from './locate.ts'
import { builtFile, isContentOf, recipe, type Manifest, type ManifestEntry } from './manifest.ts'
import { isSelfLocating } from './self-locating.ts'

/** A file that stays as it is. */
export type Left = KindAssetsBundleResult['left'][number]

/** A file that has a smaller one. */
export interface BuiltFile {
  readonly url: string
  readonly kind: AssetTag['kind']
  readonly entry: ManifestEntry
  readonly bytesAfter: number
  /** Absent where an earlier job has written it. */
  readonly content?: string
}

/** What became of one file. */
export type Built = BuiltFile | { readonly url: string; readonly left: Left }

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

/**
 * Builds one file, or says why it stays as it is. What an earlier job built from the same source is taken over; what is to be
 * minified needs the `room` of its size in bytes.
 */
export async function buildAsset(parts: BuildParts, places: Places, tag: AssetTag, before: Manifest, room: number): Promise<Built> {
  const source = fileOf(tag.url, places)
  if (source === undefined) return leftAs(tag.url, 'external')
  if (tag.module) return leftAs(tag.url, 'module')
  if (tag.integrity) return leftAs(tag.url, 'integrity')
  try {
    return await built(parts, places, tag, source, before, room)
  } catch (error) {
    const reason = error instanceof PlatenError ? ofFile[error.code] : undefined
    if (reason === undefined) throw error
    return leftAs(tag.url, reason, (error as PlatenError).code)
  }
}

/** A file that stays as it is, and why. */
export function leftAs(url: string, reason: Left['reason'], code?: ErrorCode): Extract<Built, { left: Left }> {
  return { url: bareUrl(url), left: { url: url.slice(0, 2048), reason, ...(code === undefined ? {} : { code }) } }
}

/** Whether the original is still what the entry was built from, by its size and time: what the plugin goes by as well. */
export async function isCurrent(files: SiteFiles, { source, bytes, modified }: ManifestEntry): Promise<boolean> {
  try {
    const stats = await files.info(source)
    return stats?.size === bytes && Math.floor(stats.modifiedMs / 1000) === modified
  } catch (error) {
    if (error instanceof PlatenError && ofFile[error.code] !== undefined) return false
    throw error
  }
}

async function built(
  { files, css, js }: BuildParts,
  places: Places,
  tag: AssetTag,
  source: string,
  before: Manifest,
  room: number,
): Promise<Built> {
  const url = bareUrl(tag.url)
  const stats = await files.info(source)
  if (!stats) return leftAs(tag.url, 'missing', 'file.not_found')
  const known = before.files.get(url)
  const origin = { version: versionOf(tag.url), source, bytes: stats.size, modified: Math.floor(stats.modifiedMs / 1000), recipe }
  const size = known && isOf(known, origin) ? await sizeOf(files, `${places.uploadsPath}/${known.file}`, known.file) : undefined
  if (known && size !== undefined) return { url, kind: tag.kind, entry: known, bytesAfter: size }
  if (stats.size > bounds.fileBytes) return leftAs(tag.url, 'too large', 'file.too_large')
  if (stats.size > room) return leftAs(tag.url, 'too many')
  const text = textOf(await files.read(source, bounds.fileBytes))
  if (text === undefined) return leftAs(tag.url, 'not text')
  if (tag.kind === 'js' && isSelfLocating(text)) return leftAs(tag.url, 'self-locating')
  const content = tag.kind === 'css' ? await css.minify(text, url) : await js.minify(text)
  const bytesAfter = Buffer.byteLength(content)
  if (bytesAfter >= stats.size) return leftAs(tag.url, 'no gain')
  return { url, kind: tag.kind, entry: { file: builtFile(content, tag.kind), ...origin }, bytesAfter, content }
}

function isOf(known: ManifestEntry, origin: Omit<ManifestEntry, 'file'>): boolean {
  return (['version', 'source', 'bytes', 'modified', 'recipe'] as const).every(name => known[name] === origin[name])
}

/** Size of a built file that is there and whole; undefined where it has to be written again. */
async function sizeOf(files: SiteFiles, path: string, file: string): Promise<number | undefined> {
  try {
    const content = await files.read(path, bounds.fileBytes)
    return isContentOf(file, content) ? content.length : undefined
  } catch (error) {
    if (error instanceof PlatenError && ofFile[error.code] !== undefined) return undefined
    throw error
  }
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
