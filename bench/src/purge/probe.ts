import { copyFile, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { NativeSite } from '@platen/lab'

/** A plugin of the bench's own inside the site, which notes something in a file. */
export interface Probe {
  /** What it has noted so far. */
  lines(): Promise<readonly string[]>
  /** Forgets what it has noted. */
  clear(): Promise<void>
  remove(): Promise<void>
}

/** Puts `NAME.php` of this folder among those plugins that every request loads; it notes in the site's `tmp/NAME`. */
export async function placeProbe(site: NativeSite, name: 'event-times' | 'request-times'): Promise<Probe> {
  const plugin = join(site.root, 'wp-content', 'mu-plugins', `bench-${name}.php`)
  const notes = join(site.directory, 'tmp', name)
  await copyFile(join(import.meta.dirname, `${name}.php`), plugin)
  const clear = (): Promise<void> => rm(notes, { force: true })
  return {
    lines: async () => (await readFile(notes, 'utf8').catch(none)).split('\n').filter(line => line !== ''),
    clear,
    remove: async () => {
      await rm(plugin, { force: true })
      await clear()
    },
  }
}

function none(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return ''
  throw error
}
