import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cacheRoot } from '../../paths.ts'
import { copyTree } from '../../process/copy-tree.ts'
import { freePort } from '../../process/free-port.ts'
import { makeOnce } from '../../process/make-once.ts'
import { installPhp } from '../install-wordpress.ts'
import { wordpressPrelude } from '../wordpress-cli.ts'
import { wordpressSource, type WordpressVersion } from '../wordpress-source.ts'
import { assertMovable, templateUrl } from './sqlite-url.ts'
import { wasmConfig } from './wasm-config.ts'
import { startWasmPhp } from './wasm-php.ts'

const installMs = 120_000
/** Raised when what this file does to a site changes. */
const revision = 1

/** A folder with an installed WordPress on SQLite, made once and then only copied. */
export async function wasmTemplate(
  version: WordpressVersion,
  content: 'full' | 'bare',
  progress: (text: string) => void = () => {},
): Promise<string> {
  const source = await wordpressSource(version, progress)
  return makeOnce(join(cacheRoot, `wasm-${version}-${content}-${revision}`), async folder => {
    progress('installing WordPress on SQLite (once)')
    await copyTree(source, folder)
    await writeFile(join(folder, 'wp-config.php'), wasmConfig(templateUrl))
    await install(folder, `Platen lab ${version}`)
    assertMovable(folder)
  })
}

async function install(root: string, title: string): Promise<void> {
  const logs = await mkdtemp(join(tmpdir(), 'platen-wasm-template-'))
  const php = await startWasmPhp({ root, port: await freePort(), siteUrl: templateUrl }, join(logs, 'php.log'))
  try {
    await php.run(`<?php define( 'WP_INSTALLING', true ); ${wordpressPrelude('/wordpress', templateUrl)} ${installPhp(title)}`, installMs)
  } finally {
    await php.stop()
    await rm(logs, { recursive: true, force: true })
  }
}
