import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { copyTree } from '../../process/copy-tree.ts'
import { freePort } from '../../process/free-port.ts'
import { removeFolder, temporaryFolder } from '../../process/temporary-folder.ts'
import { photographs as makePhotographs } from '../content/photographs.ts'
import { placeSeed, runSeed, seedHash } from '../content/seed.ts'
import { installPhp } from '../install-wordpress.ts'
import { cachedTemplate } from '../template-cache.ts'
import { wordpressPrelude } from '../wordpress-cli.ts'
import { wordpressSource, type WordpressVersion } from '../wordpress-source.ts'
import { assertMovable, templateUrl } from './sqlite-url.ts'
import { wasmConfig } from './wasm-config.ts'
import { startWasmPhp } from './wasm-php.ts'

const installMs = 120_000
const mounted = '/wordpress'
/** As many as the front page shows: PHP in WebAssembly takes seconds for each. */
const photographs = 6
/** Raised when what this file does to a site changes. */
const revision = 1

/** A folder with an installed WordPress on SQLite, made once and then only copied. */
export async function wasmTemplate(
  version: WordpressVersion,
  content: 'full' | 'bare',
  progress: (text: string) => void = () => {},
): Promise<string> {
  const fetching = wordpressSource(version, progress)
  // Beside the download, so that they are there when the content is made.
  const [source] = await Promise.all([fetching, ...(content === 'full' ? [makePhotographs(fetching, progress)] : [])])
  const key = content === 'full' ? await seedHash(revision) : `bare-${revision}`
  return cachedTemplate(`wasm-${version}`, key, async folder => {
    await copyTree(source, folder)
    await writeFile(join(folder, 'wp-config.php'), wasmConfig(templateUrl, { DISABLE_WP_CRON: true }))
    const target = { root: folder, phpRoot: mounted, photographs }
    if (content === 'full') await placeSeed(target, progress)
    await withPhp(folder, async run => {
      progress(`installing WordPress ${version} on SQLite (once)`)
      await run(installPhp(`Platen lab ${version}`), installMs, "define( 'WP_INSTALLING', true );")
      if (content === 'bare') return
      progress('writing posts and making the sizes of the photographs (once)')
      await runSeed(target, run)
    })
    assertMovable(folder)
  })
}

async function withPhp(
  root: string,
  use: (run: (php: string, timeoutMs: number, before?: string) => Promise<string>) => Promise<void>,
): Promise<void> {
  const logs = await temporaryFolder()
  const php = await startWasmPhp({ root, port: await freePort(), siteUrl: templateUrl }, join(logs, 'php.log'))
  try {
    await use((code, timeoutMs, before = '') => php.run(`<?php ${before} ${wordpressPrelude(mounted, templateUrl)} ${code}`, timeoutMs))
  } finally {
    await php.stop()
    await removeFolder(logs)
  }
}
