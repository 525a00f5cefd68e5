import { constants } from 'node:fs'
import { open, opendir, unlink, type FileHandle } from 'node:fs/promises'
import type { CacheEntry, PageCache } from '../ports/page-cache.ts'
import { fileError, systemCode } from './file-errors.ts'
import { withFolder, type Folder } from './folder.ts'
import { isStep, pathSteps } from './path-steps.ts'

const { O_RDONLY, O_RDWR, O_NOFOLLOW, O_NONBLOCK } = constants

/** nginx keeps the key after a binary header, and nothing longer than its header buffer. */
const keyMark = Buffer.from('\nKEY: ')
const headerBytes = 4_096
/** `levels=` of nginx has three levels at most. */
const mostDepth = 3
/** Files that are looked at for one listing, entries or not: a bound on hostile folders. */
const filesPerEntry = 4
/** Files that are read at a time. */
const readers = 8

/** The cache folder that nginx's `*_cache_path` names. */
export function nginxPageCache(cachePath: string): PageCache {
  return {
    entries: async (most, signal) => {
      const found: CacheEntry[] = []
      const budget = { files: most * filesPerEntry }
      await collect({ cachePath, most, signal, found, budget }, [])
      return found
    },
    unlink: entry => drop(cachePath, entry),
  }
}

interface Listing {
  readonly cachePath: string
  readonly most: number
  readonly signal: AbortSignal
  readonly found: CacheEntry[]
  readonly budget: { files: number }
}

async function collect(listing: Listing, steps: readonly string[]): Promise<void> {
  const folders = await withFolder(listing.cachePath, steps, folder => readFolder(listing, folder, steps)).catch(ifGone)
  for (const name of folders ?? []) {
    if (listing.found.length >= listing.most) return
    await collect(listing, [...steps, name])
  }
}

/** Adds the folder's entries; gives the names of the folders in it. */
async function readFolder(listing: Listing, folder: Folder, steps: readonly string[]): Promise<readonly string[]> {
  const folders: string[] = []
  const files: string[] = []
  for await (const { name, isDirectory, isFile } of entriesOf(folder)) {
    if (--listing.budget.files < 0) break
    if (isDirectory && steps.length < mostDepth && /^[0-9a-f]{1,2}$/.test(name)) folders.push(name)
    if (isFile && /^[0-9a-f]{32}$/.test(name)) files.push(name)
  }
  while (files.length > 0 && listing.found.length < listing.most) {
    listing.signal.throwIfAborted()
    const some = files.splice(0, Math.min(readers, listing.most - listing.found.length))
    const keys = await Promise.all(some.map(name => withEntry(folder, name, O_RDONLY, keyOf).catch(ifGone)))
    for (const [index, name] of some.entries()) {
      const key = keys[index]
      if (key !== undefined) listing.found.push({ key, file: [...steps, name].join('/') })
    }
  }
  return folders
}

async function* entriesOf(folder: Folder): AsyncGenerator<{ name: string; isDirectory: boolean; isFile: boolean }> {
  for await (const entry of await opendir(folder.at('.'))) {
    if (isStep(entry.name)) yield { name: entry.name, isDirectory: entry.isDirectory(), isFile: entry.isFile() }
  }
}

/**
 * Makes nginx forget an entry. With `open_file_cache` nginx serves from a file that it still holds open after unlinking,
 * so the version at the start of its header is made one that nginx does not take; then the file goes. Answers on their way
 * are not hurt, for the body stays as it is.
 */
async function drop(cachePath: string, entry: CacheEntry): Promise<void> {
  const steps = pathSteps(entry.file)
  const name = steps.at(-1) as string
  try {
    await withFolder(cachePath, steps.slice(0, -1), async folder => {
      await withEntry(folder, name, O_RDWR, async file => {
        if ((await keyOf(file)) !== entry.key) return
        await file.write(Buffer.alloc(8), 0, 8, 0)
        await unlink(folder.at(name))
      })
    })
  } catch (error) {
    ifGone(fileError(error, entry.file))
  }
}

/** Opens a plain file that has one name only: what a second name stands for may be no cache entry. Undefined for others. */
async function withEntry<T>(folder: Folder, name: string, flags: number, use: (file: FileHandle) => Promise<T>): Promise<T | undefined> {
  const file = await open(folder.at(name), flags | O_NOFOLLOW | O_NONBLOCK)
  try {
    const stats = await file.stat()
    return stats.isFile() && stats.nlink === 1 ? await use(file) : undefined
  } finally {
    await file.close()
  }
}

/** The KEY line of a cache file; undefined where there is none, or one that is no text. */
async function keyOf(file: FileHandle): Promise<string | undefined> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(headerBytes), 0, headerBytes, 0)
  const header = buffer.subarray(0, bytesRead)
  const start = header.indexOf(keyMark)
  const end = start < 0 ? -1 : header.indexOf('\n', start + keyMark.length)
  if (end < 0) return undefined
  const key = header.subarray(start + keyMark.length, end).toString('utf8')
  return key.includes('\uFFFD') ? undefined : key
}

/** What nginx removed meanwhile, or what is no entry at all, is no error; anything else is thrown again. */
function ifGone(error: unknown): undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'file.not_found' || code === 'path.symlink' || ['ENOENT', 'ELOOP', 'ENXIO', 'ENOTDIR'].includes(systemCode(error) ?? ''))
    return undefined
  throw error
}
