import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError } from '../lab-error.ts'
import { cacheRoot } from '../paths.ts'
import { makeOnce } from '../process/make-once.ts'
import { hasDebianPackages } from './debian-packages.ts'
import { unpackDebianWordpress, type DebianRelease } from './debian-wordpress.ts'
import { isOnWordpressOrg, unpackFromWordpressOrg } from './wordpress-org.ts'

/** The WordPress versions that lab brings up. */
export type WordpressVersion = '6.1' | '6.8' | '7.1'

/** The newest WordPress that is to be had without wordpress.org. */
export const newestWordpress: WordpressVersion = '7.1'

const releases: Readonly<Record<WordpressVersion, DebianRelease>> = {
  '6.1': { suite: 'bookworm', theme: 'twentytwentythree' },
  '6.8': { suite: 'trixie', theme: 'twentytwentyfive' },
  '7.1': { suite: 'sid', theme: 'twentytwentyfive' },
}

/** The default theme that comes with a version. */
export function defaultTheme(version: WordpressVersion): string {
  return releases[version].theme
}

/** Gives a folder with the untouched files of a WordPress version (do not write there: copy it). Throws `lab.no_wordpress`. */
export function wordpressSource(version: WordpressVersion, progress: (text: string) => void = () => {}): Promise<string> {
  return makeOnce(join(cacheRoot, `wordpress-${version}`), async folder => {
    await fill(version, folder, progress)
    const needed = ['wp-load.php', 'wp-includes/js/jquery/jquery.js', `wp-content/themes/${defaultTheme(version)}/style.css`]
    const absent = needed.filter(file => !existsSync(join(folder, file)))
    if (absent.length > 0) {
      throw new LabError(
        'lab.no_wordpress',
        `WordPress ${version} came without ${absent.join(', ')}`,
        'Run the command again; if it stays so, the source has changed its layout.',
      )
    }
    for (const name of ['uploads', 'plugins', 'mu-plugins', 'languages', 'upgrade']) {
      await mkdir(join(folder, 'wp-content', name), { recursive: true })
    }
  })
}

async function fill(version: WordpressVersion, folder: string, progress: (text: string) => void): Promise<void> {
  if (await isOnWordpressOrg(version)) {
    progress(`fetching WordPress ${version} from wordpress.org`)
    return unpackFromWordpressOrg(version, folder)
  }
  if (!hasDebianPackages()) {
    const onDebian = `${hint(version)} On Ubuntu, apt-get install debian-archive-keyring helps.`
    throw new LabError('lab.no_wordpress', 'wordpress.org is not reachable and there is no apt-get with Debian’s keys', onDebian)
  }
  progress(`fetching WordPress ${version} from Debian ${releases[version].suite}`)
  try {
    await unpackDebianWordpress(releases[version], folder)
  } catch (error) {
    // A full disk has its own words.
    if (!(error instanceof LabError) || error.message.includes('No space left')) throw error
    throw new LabError('lab.no_wordpress', `Neither wordpress.org nor a Debian mirror gives WordPress ${version}`, hint(version), {
      cause: error,
    })
  }
}

function hint(version: WordpressVersion): string {
  return `Check the network (and http_proxy), or put a WordPress at ${join(cacheRoot, `wordpress-${version}`)}. The first start needs it, later ones do not.`
}
