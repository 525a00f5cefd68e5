import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { labSource } from '../../paths.ts'
import { contentHash } from '../content-hash.ts'
import type { RunPhp } from '../content/seed.ts'
import { activatePhp } from '../install-wordpress.ts'
import { phpLiteral } from '../php-literal.ts'

const folder = join(labSource, 'sites', 'purge-content')
const seedMs = 300_000

/** Puts plugins, a second theme and the seed where PHP can read them. */
export async function placePurgeContent(root: string): Promise<void> {
  for (const kind of ['plugins', 'themes', 'mu-plugins'])
    await cp(join(folder, kind), join(root, 'wp-content', kind), { recursive: true, force: true })
  await cp(join(folder, 'seed'), scratchFolder(root), { recursive: true })
}

/** Fills the WordPress with 500 posts and all else that a page can be made of, and takes the scratch files away again. */
export async function runPurgeSeed(root: string, run: RunPhp): Promise<void> {
  await run(activatePhp(['lab-shop']), seedMs)
  await run(`require ${phpLiteral(`${scratchFolder(root)}/seed.php`)}; lab_purge_seed();`, seedMs)
  await rm(scratchFolder(root), { recursive: true })
}

/** The key of the content's cached copy. `revision` is that of the code that makes it. */
export function purgeContentHash(revision: number): Promise<string> {
  return contentHash(revision, [folder])
}

function scratchFolder(root: string): string {
  return `${root}/wp-content/lab-seed`
}
