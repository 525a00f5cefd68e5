import { createHash } from 'node:crypto'

/** A built file and what it was built from. */
export interface ManifestEntry {
  /** The built file, below the uploads folder. */
  readonly file: string
  /** The `ver` of the original's URL. */
  readonly version: string
  /** The original, below the site's root, with its size and its time in Unix seconds when it was read. */
  readonly source: string
  readonly bytes: number
  readonly modified: number
}

/** Built files by the URL of their original, without its query. */
export type Manifest = ReadonlyMap<string, ManifestEntry>

/** Where built files and manifests are, below the uploads folder. */
export const folder = 'platen/assets'

/** Reads a manifest that an earlier job wrote; what is not one is empty, since PHP could have changed the file. */
export function parseManifest(text: string): Manifest {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // Cut off or overwritten by somebody: nothing of it can be built upon.
    return new Map()
  }
  const { version, files } = (value ?? {}) as { version?: unknown; files?: unknown }
  if (version !== 1 || typeof files !== 'object' || files === null) return new Map()
  return new Map(Object.entries(files).filter((entry): entry is [string, ManifestEntry] => isEntry(entry[1])))
}

function isEntry(value: unknown): value is ManifestEntry {
  if (typeof value !== 'object' || value === null) return false
  const { file, version, source, bytes, modified } = value as Record<string, unknown>
  const isFile = typeof file === 'string' && /^platen\/assets\/[0-9a-f]{32}\.(css|js)$/.test(file)
  return (
    isFile && typeof version === 'string' && typeof source === 'string' && Number.isSafeInteger(bytes) && Number.isSafeInteger(modified)
  )
}

/** The text of a manifest, the same for the same files in whatever order they came. */
export function manifestText(manifest: Manifest): string {
  const files = Object.fromEntries([...manifest].toSorted(([one], [other]) => (one < other ? -1 : 1)))
  return JSON.stringify({ version: 1, files })
}

/** The name of what is published: a hash over its manifest. */
export function bundleOf(manifest: Manifest): string {
  return hashOf(manifestText(manifest))
}

/** The manifest's file below the uploads folder. */
export function manifestFile(bundle: string): string {
  return `${folder}/${bundle}.json`
}

/** The place of a built file: by its content, so that it never changes and may be kept for ever. */
export function builtFile(content: string, kind: 'css' | 'js'): string {
  return `${folder}/${hashOf(content)}.${kind}`
}

/** Originals' URLs by their built files. */
export function originals(manifest: Manifest): ReadonlyMap<string, string> {
  return new Map([...manifest].map(([url, { file }]) => [file, url]))
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
