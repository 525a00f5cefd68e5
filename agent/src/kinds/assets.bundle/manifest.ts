import { createHash } from 'node:crypto'
import { bounds } from './bounds.ts'
import { folder } from './locate.ts'

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
  /** What it was built by: a file of another recipe is served, and built anew by the next job. */
  readonly recipe: number
}

/** What is published: the plugin reads the files, the agent remembers the pages that were looked at. */
export interface Manifest {
  /** Built files by the URL of their original, without its query. */
  readonly files: ReadonlyMap<string, ManifestEntry>
  /** Pages that were published with it, oldest first. */
  readonly pages: readonly string[]
}

/** To be counted up whenever a minifier or its settings change what is made of a file. */
export const recipe = 1

/** A manifest of nothing. */
export const nothing: Manifest = { files: new Map(), pages: [] }

/** Reads a manifest that an earlier job wrote; what is not one is empty, since PHP could have changed the file. */
export function parseManifest(text: string): Manifest {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // Cut off or overwritten by somebody: nothing of it can be built upon.
    return nothing
  }
  const { version, files, pages } = (value ?? {}) as { version?: unknown; files?: unknown; pages?: unknown }
  if (version !== 1 || typeof files !== 'object' || files === null) return nothing
  return {
    files: new Map(Object.entries(files).filter((entry): entry is [string, ManifestEntry] => isEntry(entry[1]))),
    pages: Array.isArray(pages) ? pages.filter(page => typeof page === 'string').slice(-bounds.pages) : [],
  }
}

function isEntry(value: unknown): value is ManifestEntry {
  if (typeof value !== 'object' || value === null) return false
  const { file, version, source, ...numbers } = value as Record<string, unknown>
  const isFile = typeof file === 'string' && /^platen\/assets\/[0-9a-f]{32}\.(css|js)$/.test(file)
  const areNumbers = ['bytes', 'modified', 'recipe'].every(name => Number.isSafeInteger(numbers[name]))
  return isFile && typeof version === 'string' && typeof source === 'string' && areNumbers
}

/** The text of a manifest, the same for the same files in whatever order they came. */
export function manifestText({ files, pages }: Manifest): string {
  const sorted = [...files].toSorted(([one], [other]) => (one < other ? -1 : 1))
  return JSON.stringify({ version: 1, files: Object.fromEntries(sorted), pages })
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
export function builtFile(content: string | Uint8Array, kind: 'css' | 'js'): string {
  return `${folder}/${hashOf(content)}.${kind}`
}

/** Whether these bytes are the ones that a built file was named by. */
export function isContentOf(file: string, content: Uint8Array): boolean {
  return builtFile(content, file.endsWith('.css') ? 'css' : 'js') === file
}

/** The pages that a manifest remembers when these were published as well. */
export function remembered(before: readonly string[], pages: readonly string[]): readonly string[] {
  return [...new Set([...before, ...pages])].slice(-bounds.pages)
}

function hashOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 32)
}
