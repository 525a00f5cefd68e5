import { open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { NativeSite } from '@platen/lab'

/** nginx's page cache as files: what the bench itself takes out of it. */
export interface PageCache {
  /** Takes everything out. */
  empty(): Promise<void>
  /** Takes these paths out, in every variant. */
  remove(paths: ReadonlySet<string>): Promise<void>
}

/** The key stands within the first kilobytes of a file, after nginx's own header. */
const headBytes = 4_096

/** The page cache of a site. */
export function pageCacheOf(site: NativeSite): PageCache {
  const { hostname } = new URL(site.url)
  const files = async (): Promise<string[]> => {
    const entries = await readdir(site.nginx.cachePath, { recursive: true, withFileTypes: true })
    return entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
  }
  return {
    empty: async () => {
      for (const file of await files()) await rm(file, { force: true })
    },
    remove: async paths => {
      if (paths.size === 0) return
      for (const file of await files()) {
        const path = (await keyOf(file))?.replace(`httpGET${hostname}`, '')
        if (path !== undefined && paths.has(path)) await rm(file, { force: true })
      }
    },
  }
}

async function keyOf(file: string): Promise<string | undefined> {
  // The agent may just have taken it away itself.
  const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (!handle) return undefined
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0)
    return /\nKEY: ([^\n]*)\n/.exec(buffer.toString('utf8', 0, bytesRead))?.[1]
  } finally {
    await handle.close()
  }
}
