import { randomBytes } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { lstat, open, opendir, rename, unlink } from 'node:fs/promises'
import { PlatenError } from '@platen/protocol'
import type { FileInfo, SiteFiles } from '../ports/site-files.ts'
import { fileError, systemCode } from './file-errors.ts'
import { withFolder, type Folder } from './folder.ts'
import { isStep, pathSteps } from './path-steps.ts'
import { readBounded } from './read-bounded.ts'

/** Files below `root`, the folder that the policy file names. */
export function siteFiles(root: string): SiteFiles {
  return {
    read: (path, maxBytes) => inParent(root, path, (folder, name) => read(folder, name, maxBytes)),
    info: path => inParent(root, path, info).catch(ifMissing(undefined)),
    write: (path, data) => inParent(root, path, (folder, name) => replace(folder, name, data), { make: true }),
    remove: path => inParent(root, path, remove).catch(ifMissing(undefined)),
    list: async (path, most) =>
      withFolder(root, path === '' ? [] : pathSteps(path), folder => list(folder, most)).catch(ifMissing<readonly string[]>([])),
  }
}

async function inParent<T>(
  root: string,
  path: string,
  use: (folder: Folder, name: string) => Promise<T>,
  options: { readonly make?: boolean } = {},
): Promise<T> {
  const steps = pathSteps(path)
  const name = steps.at(-1) as string
  try {
    return await withFolder(root, steps.slice(0, -1), folder => use(folder, name), options)
  } catch (error) {
    throw fileError(error, path)
  }
}

function ifMissing<T>(value: T): (error: unknown) => T {
  return error => {
    if (error instanceof PlatenError && error.code === 'file.not_found') return value
    throw error
  }
}

/**
 * A hard link is read like any file: it is no way round another file's rights, only a second name for it. Writing goes
 * beside it and renames, so what shares the inode outside the root never changes.
 */
async function read(folder: Folder, name: string, maxBytes: number): Promise<Buffer> {
  const file = await open(folder.at(name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const stats = await file.stat()
    refuseOdd(stats, name)
    if (stats.size > maxBytes) throw new PlatenError('file.too_large', name)
    return await readBounded(file, maxBytes)
  } finally {
    await file.close()
  }
}

async function info(folder: Folder, name: string): Promise<FileInfo> {
  const stats = await lstat(folder.at(name))
  refuseOdd(stats, name)
  return { size: stats.size, modifiedMs: Math.floor(stats.mtimeMs), mode: stats.mode & 0o7777 }
}

/** Data and folder are synced, so after a crash the file is the old one or the new one, never an empty one. */
async function replace(folder: Folder, name: string, data: Uint8Array): Promise<void> {
  const mode = await modeFor(folder, name)
  const beside = folder.at(`.platen-${randomBytes(8).toString('hex')}.tmp`)
  try {
    const file = await open(beside, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600)
    try {
      await file.writeFile(data)
      await file.chmod(mode)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, folder.at(name))
    await folder.handle.sync()
  } catch (error) {
    await unlink(beside).catch(() => {
      // It was never made, or carries its final name by now; the first error is the one to tell.
    })
    throw error
  }
}

/** Rights of the file that is replaced; a new one gets its folder's, as WordPress gives uploads, less writing by everyone. */
async function modeFor(folder: Folder, name: string): Promise<number> {
  try {
    const stats = await lstat(folder.at(name))
    refuseOdd(stats, name)
    return stats.mode & 0o777
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error
    return (await folder.handle.stat()).mode & 0o664
  }
}

async function remove(folder: Folder, name: string): Promise<void> {
  const path = folder.at(name)
  refuseOdd(await lstat(path), name)
  await unlink(path)
  await folder.handle.sync()
}

/** Names that can be asked for: links, odd files and names that are no valid text are left out. */
async function list(folder: Folder, most: number): Promise<readonly string[]> {
  const names: string[] = []
  for await (const entry of await opendir(folder.at('.'))) {
    if (names.length >= most) break
    if (!isStep(entry.name)) continue
    if (entry.isFile()) names.push(entry.name)
    else if (entry.isDirectory()) names.push(`${entry.name}/`)
  }
  return names.toSorted()
}

function refuseOdd(stats: Stats, name: string): void {
  if (stats.isSymbolicLink()) throw new PlatenError('path.symlink', name)
  if (!stats.isFile()) throw new PlatenError('file.denied', `${name} is not a plain file.`)
}
