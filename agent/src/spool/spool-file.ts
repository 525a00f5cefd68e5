import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { SpoolPlace } from '../ports/spool-sink.ts'
import { cutLines, type Stretch } from './spool-lines.ts'

/** What could be read of a file now, and how far that is. */
export interface FilePart extends Omit<Stretch, 'bytes' | 'skipping'> {
  readonly place: SpoolPlace
}

/** More than one line of the longest kind, and little to hold. */
const stretchBytes = 131_072
const lineFeed = 10

/**
 * Reads on in a file of the spool, which belongs to the site's PHP: a link is not followed, and nothing but a plain file is
 * read. `placeIn` tells how far the file of this inode was read before. Undefined where there is no such file.
 */
export function readOn(path: string, placeIn: (inode: string) => SpoolPlace | undefined, most: number): FilePart | undefined {
  const file = openPlain(path)
  if (file === undefined) return undefined
  try {
    const { ino, size } = fstatSync(file, { bigint: true })
    const place = placeIn(String(ino))
    const known = place && isSame(file, place, Number(size)) ? place : { inode: String(ino), offset: 0, skipping: false }
    const stretch = Buffer.allocUnsafe(Math.min(stretchBytes, Math.max(0, Number(size) - known.offset)))
    const length = stretch.length > 0 ? readSync(file, stretch, 0, stretch.length, known.offset) : 0
    const { lines, bytes, skipping, tooLong } = cutLines(stretch.subarray(0, length), known.skipping, most)
    return { lines, tooLong, place: { inode: known.inode, offset: known.offset + bytes, skipping } }
  } finally {
    closeSync(file)
  }
}

/** Whether anything has this name. */
export function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

/** Whether a file of the spool is another's than the folder's, who is the site's user: its PHP may not append to it. */
export function isForeign(folder: string, name: string): boolean {
  const file = lstatSync(join(folder, name), { throwIfNoEntry: false })
  return file?.isFile() === true && file.uid !== lstatSync(folder).uid
}

/** Unlinks a file, which may be gone. */
export function discard(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

function openPlain(path: string): number | undefined {
  try {
    // Opening a pipe would wait for its writer.
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    if (fstatSync(file).isFile()) return file
    closeSync(file)
    return undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Nothing there, a link, a socket.
    if (code === 'ENOENT' || code === 'ELOOP' || code === 'ENXIO') return undefined
    throw error
  }
}

/** Inodes are used again: the file that was read has at least what was read of it, which ends with a line. */
function isSame(file: number, { offset, skipping }: SpoolPlace, size: number): boolean {
  if (size < offset) return false
  if (offset === 0 || skipping) return true
  const last = Buffer.alloc(1)
  return readSync(file, last, 0, 1, offset - 1) === 1 && last[0] === lineFeed
}
