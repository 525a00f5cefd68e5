import { createHash } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** A short hash of all that the content of a site is made from, JSON files and whole folders. `revision` is that of the code that makes it. */
export async function contentHash(revision: number, paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(String(revision))
  for (const path of paths) await addTo(hash, path)
  return hash.digest('hex').slice(0, 12)
}

async function addTo(hash: ReturnType<typeof createHash>, path: string): Promise<void> {
  if (path.endsWith('.json')) return void hash.update(await readFile(path))
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const files = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
  for (const file of files.toSorted()) hash.update(file.slice(path.length)).update(await readFile(file))
}
