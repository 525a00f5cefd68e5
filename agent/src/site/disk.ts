import { stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { DiskState, VolumeState } from '../ports/samplers.ts'
import { fileError, systemCode } from './file-errors.ts'

/** Where WordPress keeps uploads, if nobody moved them: asking it would make this look depend on PHP. */
const usualUploads = join('wp-content', 'uploads')

/** Room on the disks that hold the site's folder and its uploads. @throws PlatenError file.not_found, file.denied */
export async function diskState(root: string): Promise<DiskState> {
  const [own, uploads] = await Promise.all([volume(root).catch(ofTable), volume(join(root, usualUploads)).catch(ifMissing)])
  return { root: own, ...(uploads ? { uploads } : {}) }
}

async function volume(folder: string): Promise<VolumeState> {
  const [{ dev }, { bsize, blocks, bavail, files, ffree }] = await Promise.all([stat(folder), statfs(folder)])
  return { device: dev, totalBytes: blocks * bsize, freeBytes: bavail * bsize, inodes: files, inodesFree: ffree }
}

function ofTable(error: unknown): never {
  throw fileError(error, 'site.root')
}

function ifMissing(error: unknown): undefined {
  if (!['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'].includes(systemCode(error) ?? '')) throw error
}
