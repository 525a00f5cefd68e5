import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand, tryCommand } from '../process/run-command.ts'
import { unpackDebianPackages } from './debian-packages.ts'

/** A Debian release and the default theme of the WordPress it carries. */
export interface DebianRelease {
  readonly suite: string
  readonly theme: string
}

const copyMs = 60_000
/** The libraries that Debian takes out of its wordpress package and links to. */
const linkedPackages = ['libjs-cropper', 'libjs-jquery-ui', 'libjs-lodash', 'libjs-underscore', 'libphp-phpmailer', 'php-getid3']

/** Puts Debian's WordPress into `folder`, laid out as wordpress.org does it. */
export async function unpackDebianWordpress(release: DebianRelease, folder: string): Promise<void> {
  const unpacked = join(folder, '.unpacked')
  await unpackDebianPackages(release.suite, ['wordpress', `wordpress-theme-${release.theme}`, ...linkedPackages], unpacked)
  // Links into packages that are not there make cp complain after it copied all the rest: they are removed below.
  for (const [from, to] of [
    ['usr/share/wordpress', folder],
    ['var/lib/wordpress/wp-content', join(folder, 'wp-content')],
  ] as const) {
    await mkdir(to, { recursive: true })
    await tryCommand('cp', ['-rL', '--preserve=mode,timestamps', `${join(unpacked, from)}/.`, to], { timeoutMs: copyMs })
  }
  await rm(unpacked, { recursive: true, force: true })
  await runCommand('find', [folder, '-xtype', 'l', '-delete'], { timeoutMs: copyMs })
}
