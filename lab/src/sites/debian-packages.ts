import { existsSync } from 'node:fs'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError } from '../lab-error.ts'
import { runCommand } from '../process/run-command.ts'
import { removeFolder, temporaryFolder } from '../process/temporary-folder.ts'

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'
const downloadMs = 180_000
const unpackMs = 60_000

/** Whether Debian packages can be fetched and unpacked here; root is not needed for it. */
export function hasDebianPackages(): boolean {
  return existsSync('/usr/bin/apt-get') && existsSync(keyring)
}

/**
 * Fetches packages of a Debian release and unpacks them into `folder`, without installing them. Source list, lists and cache are lab's own:
 * the system's apt is left as it is. Throws `lab.command_failed`, `lab.timeout`, or `lab.platform_unsupported` where there is no apt.
 */
export async function unpackDebianPackages(suite: string, packages: readonly string[], folder: string): Promise<void> {
  if (!hasDebianPackages()) {
    throw new LabError(
      'lab.platform_unsupported',
      'There is no apt-get with Debian’s keys here',
      'Run on Debian; on Ubuntu: apt-get install debian-archive-keyring.',
    )
  }
  const scratch = await temporaryFolder()
  try {
    const settings = await ownSettings(suite, scratch)
    await runCommand('apt-get', [...settings, 'update', '-qq'], { timeoutMs: downloadMs })
    await runCommand('apt-get', [...settings, 'download', '-qq', ...packages], { timeoutMs: downloadMs, cwd: scratch })
    const names = await readdir(scratch)
    for (const name of names.filter(name => name.endsWith('.deb'))) {
      await runCommand('dpkg', ['-x', join(scratch, name), folder], { timeoutMs: unpackMs })
    }
  } finally {
    await removeFolder(scratch)
  }
}

async function ownSettings(suite: string, scratch: string): Promise<string[]> {
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
