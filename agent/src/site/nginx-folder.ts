import { closeSync, constants, openSync } from 'node:fs'
import { fileError, systemCode } from './file-errors.ts'

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants

/** An open folder of nginx's cache; whoever opened it closes it. */
export interface CacheFolder {
  /** A path to one entry; good while the folder is open. The caller decides not to follow a link that is there. */
  at(name: string): string
  close(): void
}

/**
 * Opens a folder below the root, one step at a time and never through a link; undefined where there is none. As folder.ts
 * does, but in calls that block: with tens of thousands of entries the way by another thread and back is most of the work.
 * @throws PlatenError file.denied
 */
export function openFolder(root: string, steps: readonly string[]): CacheFolder | undefined {
  let folder = enter(root, 0)
  for (const step of steps) {
    const outer = folder
    folder = outer && enter(outer.at(step), O_NOFOLLOW)
    outer?.close()
  }
  return folder
}

function enter(path: string, flags: number): CacheFolder | undefined {
  try {
    const descriptor = openSync(path, O_RDONLY | O_DIRECTORY | flags)
    return { at: name => `/proc/self/fd/${descriptor}/${name}`, close: () => closeSync(descriptor) }
  } catch (error) {
    // O_DIRECTORY says ENOTDIR of a link as of a file.
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(systemCode(error) ?? '')) return undefined
    throw fileError(error, 'page cache')
  }
}
