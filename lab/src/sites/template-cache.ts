import { readdir, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheRoot } from '../paths.ts'
import { makeOnce } from '../process/make-once.ts'
import { removeFolder } from '../process/temporary-folder.ts'

const keepMs = 24 * 60 * 60 * 1000

/** The cached folder `<name>-<key>`, made if need be. Older keys of the same name that nothing used for a day are removed then. */
export async function cachedTemplate(name: string, key: string, build: (folder: string) => Promise<void>): Promise<string> {
  const target = join(cacheRoot, `${name}-${key}`)
  const folder = await makeOnce(target, async aside => {
    await build(aside)
    await prune(name)
  })
  const now = new Date()
  await utimes(folder, now, now)
  return folder
}

async function prune(name: string): Promise<void> {
  const others = (await readdir(cacheRoot)).filter(entry => entry.startsWith(`${name}-`) && /-[0-9a-f]{12}$/.test(entry))
  for (const entry of others) {
    const path = join(cacheRoot, entry)
    if (Date.now() - (await stat(path)).mtimeMs > keepMs) await removeFolder(path)
  }
}
