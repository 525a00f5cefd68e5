import { existsSync } from 'node:fs'
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError } from '../lab-error.ts'
import { cacheRoot } from '../paths.ts'
import { runCommand, tryCommand } from '../process/run-command.ts'

/** A Debian release and the default theme of the WordPress it carries. */
export interface DebianRelease {
  readonly suite: string
  readonly theme: string
}

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'
const downloadMs = 180_000
/** The libraries that Debian takes out of its wordpress package and links to. */
const linkedPackages = ['libjs-cropper', 'libjs-jquery-ui', 'libjs-lodash', 'libjs-underscore', 'libphp-phpmailer', 'php-getid3']

/** Unpacks Debian's WordPress into `folder`. Source list, lists and cache are lab's own: the system's apt is left alone. */
export async function unpackDebianWordpress(release: DebianRelease, folder: string): Promise<void> {
  requireApt()
  const scratch = join(folder, '.apt')
  try {
    const apt = await ownApt(release.suite, scratch)
    await runCommand('apt-get', [...apt, 'update', '-qq'], { timeoutMs: downloadMs })
    const packages = ['wordpress', `wordpress-theme-${release.theme}`, ...linkedPackages]
    await runCommand('apt-get', [...apt, 'download', '-qq', ...packages], { timeoutMs: downloadMs, cwd: scratch })
    await unpack(scratch, folder)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

function requireApt(): void {
  if (existsSync('/usr/bin/apt-get') && existsSync(keyring)) return
  const hint = `Make wordpress.org reachable, put a WordPress folder at ${join(cacheRoot, 'wordpress-7.1')}, or run on Debian (on Ubuntu: apt-get install debian-archive-keyring).`
  throw new LabError('lab.no_wordpress', 'wordpress.org is not reachable and there is no apt-get with Debian’s keys', hint)
}

async function ownApt(suite: string, scratch: string): Promise<string[]> {
  await mkdir(join(scratch, 'lists', 'partial'), { recursive: true })
  await mkdir(join(scratch, 'cache', 'archives', 'partial'), { recursive: true })
  const list = join(scratch, 'sources.list')
  await writeFile(list, `deb [signed-by=${keyring}] ${await debianMirror()} ${suite} main\n`)
  const settings = {
    'Dir::Etc::SourceList': list,
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::State::Lists': join(scratch, 'lists'),
    'Dir::Cache': join(scratch, 'cache'),
    'Acquire::Languages': 'none',
    ...(process.getuid?.() === 0 ? { 'APT::Sandbox::User': 'root' } : {}),
  }
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])
}

/** The mirror that this machine already uses, so that a proxy or mirror set up by its owner is kept. */
async function debianMirror(): Promise<string> {
  const folder = '/etc/apt/sources.list.d'
  const names = await readdir(folder).catch(() => [])
  const files = ['/etc/apt/sources.list', ...names.map(name => join(folder, name))]
  const texts = await Promise.all(files.map(file => readFile(file, 'utf8').catch(() => '')))
  return /\b(https?:\/\/\S+\/debian)\/?\s/.exec(texts.join('\n'))?.[1] ?? 'http://deb.debian.org/debian'
}

async function unpack(scratch: string, folder: string): Promise<void> {
  const unpacked = join(scratch, 'unpacked')
  const names = await readdir(scratch)
  for (const name of names.filter(name => name.endsWith('.deb'))) {
    await runCommand('dpkg', ['-x', join(scratch, name), unpacked], { timeoutMs: 60_000 })
  }
  // Links into packages that are not there make cp complain after it copied all the rest: they are removed below.
  for (const from of ['usr/share/wordpress', 'var/lib/wordpress/wp-content']) {
    const to = from.endsWith('wp-content') ? join(folder, 'wp-content') : folder
    await mkdir(to, { recursive: true })
    await tryCommand('cp', ['-rL', '--preserve=mode,timestamps', `${join(unpacked, from)}/.`, to], { timeoutMs: 60_000 })
  }
  await runCommand('find', [folder, '-xtype', 'l', '-delete'], { timeoutMs: 60_000 })
}
