import { randomBytes } from 'node:crypto'
import type { SiteOptions } from '../site-options.ts'
import { wpConfigText } from '../wp-config.ts'

/** wp-config.php of a WebAssembly site; the database settings are never used, WordPress only wants them set. */
export function wasmConfig(url: string, constants: SiteOptions['phpConstants'] = {}): string {
  const database = { host: 'localhost', name: 'wordpress', user: 'none', password: 'none' }
  return wpConfigText({ url, tablePrefix: 'wp_', saltSeed: randomBytes(16).toString('hex'), database, constants })
}
