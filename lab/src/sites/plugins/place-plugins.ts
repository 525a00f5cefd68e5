import { cp, readFile, readdir, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { LabError } from '../../lab-error.ts'
import { labSource, repositoryRoot } from '../../paths.ts'

/** Where lab's fixture plugins lie in the repository. */
export const pluginsFolder: string = join(labSource, 'sites', 'plugins')
const libraryList = 'libraries.json'

/** A file or folder of an npm package, and where below the plugin's `vendor` it goes (its own name if not said). */
type Library = string | readonly [from: string, to: string]

/** The folder names of lab's fixture plugins. */
export async function fixturePlugins(): Promise<string[]> {
  const entries = await readdir(pluginsFolder, { withFileTypes: true })
  return entries.filter(entry => entry.isDirectory()).map(entry => entry.name)
}

/** Copies the fixture plugins into a site's plugin folder, each with its libraries out of node_modules (none is checked in). */
export async function placeFixturePlugins(folder: string): Promise<void> {
  for (const name of await fixturePlugins()) {
    const target = join(folder, name)
    await cp(join(pluginsFolder, name), target, { recursive: true })
    const list = JSON.parse(await readFile(join(target, libraryList), 'utf8')) as readonly Library[]
    for (const library of list) await placeLibrary(library, join(target, 'vendor'))
    await rm(join(target, libraryList))
  }
}

async function placeLibrary(library: Library, vendor: string): Promise<void> {
  const [from, to] = typeof library === 'string' ? [library, basename(library)] : library
  const source = join(repositoryRoot, 'lab', 'node_modules', from)
  if (!(await stat(source).catch(() => undefined))) {
    throw new LabError('lab.site_failed', `The front-end library ${dirname(from)} is not installed`, 'Run `npx pnpm install`.')
  }
  await cp(source, join(vendor, to), { recursive: true, dereference: true })
}
