import { createHash } from 'node:crypto'
import type { SiteFiles } from '../../ports/site-files.ts'
import { below } from './plan.ts'
import type { FilePrint } from './record.ts'

/** Bytes of the largest image that is read. */
export const imageBytes = 67_108_864

/** A file's bytes with what they are known by. */
export interface ReadFile {
  readonly data: Buffer
  readonly print: FilePrint
}

/** Reads an image. Throws as SiteFiles does. */
export async function readImage(files: SiteFiles, path: string): Promise<ReadFile> {
  // The time is taken before the bytes: a change in between is then seen by the next run.
  const info = await files.info(path)
  const data = await files.read(path, imageBytes)
  return { data, print: { size: data.length, modifiedMs: info?.modifiedMs ?? 0, sha256: sha256(data) } }
}

/** Whether all files are still what they were. Bytes are read only where size and time don't answer it. */
export async function stillThere(files: SiteFiles, uploads: string, prints: Readonly<Record<string, FilePrint>>): Promise<boolean> {
  for (const [name, print] of Object.entries(prints)) {
    if (!(await matches(files, below(uploads, name), print))) return false
  }
  return true
}

async function matches(files: SiteFiles, path: string, print: FilePrint): Promise<boolean> {
  const info = await files.info(path)
  if (info === undefined || info.size !== print.size) return false
  return info.modifiedMs === print.modifiedMs || sha256(await files.read(path, imageBytes)) === print.sha256
}

function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}
