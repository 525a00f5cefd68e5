import { setImmediate as turn } from 'node:timers/promises'
import type { CacheEntry, KeptEntry, PageCache } from '../ports/page-cache.ts'
import { dropEntry, readEntry } from './nginx-entry.ts'
import { openFolder } from './nginx-folder.ts'
import { listEntries } from './nginx-listing.ts'
import { pathSteps } from './path-steps.ts'

/** Files between two turns for everything else that goes on here: a disk takes its time to remove one. */
const filesPerTurn = 20

/** The cache folder that nginx's `*_cache_path` names. */
export function nginxPageCache(cachePath: string): PageCache {
  return {
    entries: signal => listEntries(cachePath, signal),
    look: async entry => look(cachePath, entry),
    forget: (entries, signal) => forget(cachePath, entries, signal),
  }
}

function look(cachePath: string, entry: CacheEntry): KeptEntry | undefined {
  const { steps, name } = placeOf(entry)
  const folder = openFolder(cachePath, steps)
  try {
    const text = folder && readEntry(folder.at(name))
    return text?.key === entry.key ? { ...text, file: entry.file } : undefined
  } finally {
    folder?.close()
  }
}

/** Neighbours in one folder share its opening. */
async function forget(cachePath: string, entries: readonly CacheEntry[], signal: AbortSignal): Promise<readonly KeptEntry[]> {
  const forgotten: KeptEntry[] = []
  for (let at = 0; at < entries.length;) {
    const { steps } = placeOf(entries[at] as CacheEntry)
    let end = at + 1
    while (end < entries.length && end - at < filesPerTurn && (entries[end] as CacheEntry).file.startsWith([...steps, ''].join('/')))
      end += 1
    forgotten.push(...forgetSome(cachePath, steps, entries.slice(at, end)))
    if (Math.floor(at / filesPerTurn) < Math.floor(end / filesPerTurn)) await turn()
    signal.throwIfAborted()
    at = end
  }
  return forgotten
}

function forgetSome(cachePath: string, steps: readonly string[], entries: readonly CacheEntry[]): readonly KeptEntry[] {
  const folder = openFolder(cachePath, steps)
  if (!folder) return []
  try {
    return entries.flatMap(entry => {
      const dropped = dropEntry(folder.at(placeOf(entry).name), entry.key)
      return dropped ? [{ ...dropped, file: entry.file }] : []
    })
  } finally {
    folder.close()
  }
}

/** @throws PlatenError path.outside */
function placeOf({ file }: CacheEntry): { readonly steps: readonly string[]; readonly name: string } {
  const steps = pathSteps(file)
  return { steps: steps.slice(0, -1), name: steps.at(-1) as string }
}
