import { constants } from 'node:fs'
import { lstat, mkdir, open, type FileHandle } from 'node:fs/promises'
import { PlatenError } from '@platen/protocol'
import { fileError, systemCode } from './file-errors.ts'

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants

/**
 * An open folder. Its entries are addressed through the descriptor (`/proc/self/fd/N/name`, Node's only openat), so they
 * are entries of this very folder whatever happens meanwhile to the path that led here.
 */
export interface Folder {
  readonly handle: FileHandle
  /** A path to one entry; good while the folder is open. The caller decides not to follow a link that is there. */
  at(name: string): string
}

/**
 * Opens the folder at the end of the steps below `root`, one step at a time and never through a symbolic link, uses it,
 * and closes all. The root itself comes from the policy file and may lie behind links.
 * @throws PlatenError path.symlink, file.not_found, file.denied
 */
export async function withFolder<T>(
  root: string,
  steps: readonly string[],
  use: (folder: Folder) => Promise<T>,
  options: { readonly make?: boolean } = {},
): Promise<T> {
  const open: FileHandle[] = []
  try {
    let folder = await enter(root, 0, root, open)
    for (const step of steps) {
      const mode = options.make ? await makeFolder(folder, step) : undefined
      folder = await enter(folder.at(step), O_NOFOLLOW, step, open)
      // Past the process's umask, which may be there for other files.
      if (mode !== undefined) await folder.handle.chmod(mode)
    }
    return await use(folder)
  } finally {
    for (const handle of open) await handle.close()
  }
}

async function enter(path: string, flags: number, name: string, opened: FileHandle[]): Promise<Folder> {
  try {
    const handle = await open(path, O_RDONLY | O_DIRECTORY | flags)
    opened.push(handle)
    return { handle, at: entry => `/proc/self/fd/${handle.fd}/${entry}` }
  } catch (error) {
    // O_DIRECTORY says ENOTDIR of a link as of a file; which it was only decides what to call it.
    if (systemCode(error) === 'ENOTDIR' && flags && (await isLink(path))) throw new PlatenError('path.symlink', name, { cause: error })
    throw fileError(error, name)
  }
}

/** Makes a folder where none is; gives the rights that it is to have: those around it, as in WordPress, less writing by everyone. */
async function makeFolder(parent: Folder, name: string): Promise<number | undefined> {
  try {
    const mode = (await parent.handle.stat()).mode & 0o775
    await mkdir(parent.at(name), { mode })
    return mode
  } catch (error) {
    // There already; whether it is a folder shows when it is entered.
    if (systemCode(error) !== 'EEXIST') throw fileError(error, name)
    return undefined
  }
}

/** Whether a symbolic link is there now. */
export async function isLink(path: string): Promise<boolean> {
  const info = await lstat(path).catch(() => undefined)
  return info?.isSymbolicLink() === true
}
