import { statfs } from 'node:fs/promises'
import type { DiskState } from '../ports/samplers.ts'

/** Room on the file system that holds a folder. */
export async function diskState(folder: string): Promise<DiskState> {
  const { bsize, blocks, bavail, files, ffree } = await statfs(folder)
  return { totalBytes: blocks * bsize, freeBytes: bavail * bsize, inodes: files, inodesFree: ffree }
}
