import { opendirSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import type { KeptEntry } from '../ports/page-cache.ts'
import { readEntry } from './nginx-entry.ts'
import { openFolder, type CacheFolder } from './nginx-folder.ts'
import { isStep } from './path-steps.ts'

/** `levels=` of nginx has three levels at most. */
const mostDepth = 3
/** Names between two turns for everything else that goes on here: some milliseconds. */
const namesPerTurn = 100
const portionEntries = 1_000

/** Reads the head of every entry below the cache folder: as many as there are, but no more at a time than a portion. */
export async function* listEntries(cachePath: string, signal: AbortSignal): AsyncGenerator<readonly KeptEntry[]> {
  let portion: KeptEntry[] = []
  let names = 0
  for (const entry of entriesIn(cachePath, [])) {
    if (entry) portion.push(entry)
    if (portion.length >= portionEntries) {
      yield portion
      portion = []
    }
    names += 1
    if (names % namesPerTurn === 0) await turn()
    signal.throwIfAborted()
  }
  if (portion.length > 0) yield portion
}

/** The entries of a folder and of those below it; nothing for a name that is none. `within` is the folder around it, or the cache folder itself. */
function* entriesIn(within: string, steps: readonly string[]): Generator<KeptEntry | undefined> {
  const folder = openFolder(within, steps.slice(-1))
  if (!folder) return
  const folders: string[] = []
  try {
    for (const { name, isFile, isFolder } of namesIn(folder, steps.length)) {
      if (isFolder) folders.push(name)
      const text = isFile ? readEntry(folder.at(name)) : undefined
      yield text && { ...text, file: [...steps, name].join('/') }
    }
    for (const name of folders) yield* entriesIn(folder.at('.'), [...steps, name])
  } finally {
    folder.close()
  }
}

interface Name {
  readonly name: string
  readonly isFile: boolean
  readonly isFolder: boolean
}

/** What is in a folder, as it is read: a hostile one may hold any number of names. */
function* namesIn(folder: CacheFolder, depth: number): Generator<Name> {
  const open = opendirSync(folder.at('.'))
  try {
    for (let entry = open.readSync(); entry; entry = open.readSync()) {
      const { name } = entry
      yield {
        name,
        isFile: isStep(name) && entry.isFile() && /^[0-9a-f]{32}$/.test(name),
        isFolder: isStep(name) && entry.isDirectory() && depth < mostDepth && /^[0-9a-f]{1,2}$/.test(name),
      }
    }
  } finally {
    open.closeSync()
  }
}
