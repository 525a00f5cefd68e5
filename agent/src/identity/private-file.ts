import { randomBytes } from 'node:crypto'
import { closeSync, constants, fchownSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { PlatenError } from '@platen/protocol'

/** A Unix user and group. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

/**
 * Writes a value beside its place, syncs, and renames: there is the old file or the new one, 0600, and nothing between.
 * `owner` is the agent's user where root writes.
 * @throws PlatenError file.denied
 */
export function writePrivate(path: string, value: unknown, owner?: Owner): void {
  const temporary = `${path}.${randomBytes(8).toString('hex')}`
  try {
    writeSynced(temporary, `${JSON.stringify(value)}\n`, owner)
    renameSync(temporary, path)
    syncFolder(dirname(path))
  } catch (error) {
    rmSync(temporary, { force: true })
    throw new PlatenError('file.denied', `${path}: ${(error as Error).message}.`, { cause: error, field: path })
  }
}

function writeSynced(path: string, text: string, owner: Owner | undefined): void {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
  const file = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  try {
    if (owner) fchownSync(file, owner.uid, owner.gid)
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
