import { opendirSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import type { KeptEntry } from '../ports/page-cache.ts'
import { readEntry } from './nginx-entry.ts'
import { openFolder, type CacheFolder } from './nginx-folder.ts'
import { isStep } from './path-steps.ts'

/** `levels=` of nginx has three levels at most. */
const mostDepth = 3
/** Names that are looked at for one listing, entries or not: a bound on hostile folders. */
const namesPerEntry = 4
/** Files between two turns for everything else that goes on here: some milliseconds. */
const filesPerTurn = 100

interface Listing {
  readonly most: number
  readonly signal: AbortSignal
  readonly found: KeptEntry[]
  /** Names that may still be looked at. */
  budget: number
  /** Files that were read. */
  read: number
}

/** Reads the head of every entry below the cache folder. */
export async function listEntries(cachePath: string, most: number, signal: AbortSignal): Promise<readonly KeptEntry[]> {
  const listing: Listing = { most, signal, found: [], budget: most * namesPerEntry, read: 0 }
  await collect(listing, cachePath, [])
  return listing.found
}

/** Adds the entries of a folder and of those below it. `within` is the folder around it, or the cache folder itself. */
async function collect(listing: Listing, within: string, steps: readonly string[]): Promise<void> {
  const folder = openFolder(within, steps.slice(-1))
  if (!folder) return
  try {
    const { files, folders } = namesIn(listing, folder, steps.length)
    await readAll(listing, folder, files, steps)
    for (const name of folders) {
      if (listing.found.length >= listing.most || listing.budget <= 0) return
      await collect(listing, folder.at('.'), [...steps, name])
    }
  } finally {
    folder.close()
  }
}

async function readAll(listing: Listing, folder: CacheFolder, files: readonly string[], steps: readonly string[]): Promise<void> {
  for (const name of files) {
    if (listing.found.length >= listing.most) return
    listing.read += 1
    if (listing.read % filesPerTurn === 0) await turn()
    listing.signal.throwIfAborted()
    const text = readEntry(folder.at(name))
    if (text) listing.found.push({ ...text, file: [...steps, name].join('/') })
  }
}

function namesIn(listing: Listing, folder: CacheFolder, depth: number): { files: readonly string[]; folders: readonly string[] } {
  const files: string[] = []
  const folders: string[] = []
  const open = opendirSync(folder.at('.'))
  try {
    for (let entry = open.readSync(); entry; entry = open.readSync()) {
      listing.budget -= 1
      if (listing.budget < 0) break
      if (!isStep(entry.name)) continue
      if (entry.isDirectory() && depth < mostDepth && /^[0-9a-f]{1,2}$/.test(entry.name)) folders.push(entry.name)
      if (entry.isFile() && /^[0-9a-f]{32}$/.test(entry.name)) files.push(entry.name)
    }
  } finally {
    open.closeSync()
  }
  return { files, folders }
}
