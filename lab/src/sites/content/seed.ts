import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { labSource, repositoryRoot } from '../../paths.ts'
import { contentHash } from '../content-hash.ts'
import { activatePhp } from '../install-wordpress.ts'
import { phpLiteral } from '../php-literal.ts'
import { fixturePlugins, placeFixturePlugins, pluginsFolder } from '../plugins/place-plugins.ts'
import { photographs } from './photographs.ts'

/** Runs PHP inside the WordPress that is being filled. */
export type RunPhp = (php: string, timeoutMs: number) => Promise<string>

/** Which WordPress is to be filled. */
export interface SeedTarget {
  /** The folder on disk. */
  readonly root: string
  /** The same folder as PHP sees it. */
  readonly phpRoot: string
  /** At most so many photographs; WebAssembly PHP takes seconds for each. */
  readonly photographs: number
}

const seedMs = 300_000
const contentFolder = join(labSource, 'sites', 'content')
const seedFiles = ['seed.php', 'seed-data.php']

/** Puts pictures, seed and fixture plugins where PHP can read them. To be called before the files are given to the site's user. */
export async function placeSeed(target: SeedTarget, progress?: (text: string) => void): Promise<void> {
  const scratch = scratchFolder(target.root)
  await mkdir(scratch, { recursive: true })
  await cp(await photographs(Promise.resolve(target.root), progress), join(scratch, 'photographs'), { recursive: true })
  for (const file of seedFiles) await cp(join(contentFolder, file), join(scratch, file))
  await placeFixturePlugins(join(target.root, 'wp-content', 'plugins'))
}

/** Fills the WordPress and takes the scratch files away again. Gives what the seed says it made. */
export async function runSeed(target: SeedTarget, run: RunPhp): Promise<string> {
  const scratch = scratchFolder(target.phpRoot)
  const made = await run(
    `require ${phpLiteral(`${scratch}/seed.php`)}; lab_seed( ${phpLiteral(`${scratch}/photographs`)}, ${target.photographs} );`,
    seedMs,
  )
  await run(activatePhp(await fixturePlugins()), seedMs)
  await rm(scratchFolder(target.root), { recursive: true, force: true })
  return made
}

/** The key of the content's cached copy. `revision` is that of the code that makes it. */
export function seedHash(revision: number): Promise<string> {
  return contentHash(revision, [contentFolder, pluginsFolder, join(repositoryRoot, 'lab', 'package.json')])
}

function scratchFolder(root: string): string {
  return `${root}/wp-content/lab-seed`
}
