import { cp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { copyTree } from '../../process/copy-tree.ts'
import { freePort } from '../../process/free-port.ts'
import { removeFolder, temporaryFolder } from '../../process/temporary-folder.ts'
import { activatePhp } from '../install-wordpress.ts'
import { pluginName } from '../plugin-name.ts'
import { administrator, sitePages, type SiteOptions, type SitePages } from '../site-options.ts'
import { newestWordpress, type WordpressVersion } from '../wordpress-source.ts'
import { wordpressPrelude } from '../wordpress-cli.ts'
import { wasmConfig } from './wasm-config.ts'
import { moveSqliteSite } from './sqlite-url.ts'
import { wasmTemplate } from './wasm-template.ts'
import { startWasmPhp, type WasmPhp } from './wasm-php.ts'

/** WordPress under PHP compiled to WebAssembly, on SQLite: needs nothing but Node. */
export interface WasmSite {
  readonly kind: 'wasm'
  readonly url: string
  /** WordPress's folder on disk; PHP sees it as /wordpress. */
  readonly root: string
  readonly directory: string
  readonly wordpressVersion: WordpressVersion
  readonly adminUser: string
  readonly adminPassword: string
  readonly pages: SitePages
  readonly pid: number
  /** Runs PHP (without `<?php`) inside WordPress; gives what it prints. */
  wp(php: string, timeoutMs?: number): Promise<string>
  /** GET of a path on this site, redirects not followed, at most 60 s. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** Ends the site's process, and removes its folder unless the caller gave it. Safe to call twice. */
  stop(): Promise<void>
}

const requestMs = 60_000
const phpMs = 60_000
const mounted = '/wordpress'

/** Brings up a WebAssembly site. Throws a LabError that says what to do; nothing is left running then. */
export async function createWasmSite(options: SiteOptions = {}): Promise<WasmSite> {
  const version = options.wordpressVersion ?? newestWordpress
  const template = await wasmTemplate(version, options.content ?? 'full', options.progress)
  const port = await freePort(options.port)
  const directory = options.directory ?? (await temporaryFolder())
  const cleanUp = async (): Promise<void> => {
    if (!options.directory) await removeFolder(directory)
  }
  let php: WasmPhp | undefined
  try {
    options.progress?.(`placing WordPress ${version}`)
    const root = join(directory, 'wordpress')
    const url = `http://127.0.0.1:${port}`
    await place(template, root, url, options)
    options.progress?.('starting PHP in WebAssembly')
    php = await startWasmPhp({ root, port, siteUrl: url }, join(directory, 'php.log'))
    const names = (options.plugins ?? []).map(pluginName)
    if (names.length > 0) await php.run(`<?php ${wordpressPrelude(mounted, url)} ${activatePhp(names)}`, phpMs)
    return describe(version, { directory, root, url, cleanUp }, php)
  } catch (error) {
    await php?.stop()
    await cleanUp()
    throw error
  }
}

function describe(
  version: WordpressVersion,
  place: { directory: string; root: string; url: string; cleanUp(): Promise<void> },
  php: WasmPhp,
): WasmSite {
  const { directory, root, url } = place
  return {
    kind: 'wasm',
    url,
    root,
    directory,
    wordpressVersion: version,
    adminUser: administrator.user,
    adminPassword: administrator.password,
    pages: sitePages,
    pid: php.pid,
    wp: (code, timeoutMs = phpMs) => php.run(`<?php ${wordpressPrelude(mounted, url)}\n${code}`, timeoutMs),
    fetch: (path, init) => fetch(new URL(path, url), { redirect: 'manual', signal: AbortSignal.timeout(requestMs), ...init }),
    stop: async () => {
      await php.stop()
      await place.cleanUp()
    },
  }
}

async function place(template: string, root: string, url: string, options: SiteOptions): Promise<void> {
  await rm(root, { recursive: true, force: true })
  await copyTree(template, root)
  for (const folder of options.plugins ?? []) {
    await cp(folder, join(root, 'wp-content', 'plugins', pluginName(folder)), { recursive: true, dereference: true })
  }
  moveSqliteSite(root, url)
  await writeFile(join(root, 'wp-config.php'), wasmConfig(url, options.phpConstants))
}
