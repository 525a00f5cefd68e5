import { createHash } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError } from '../lab-error.ts'
import { runCommand } from '../process/run-command.ts'

const probeMs = 3_000
const downloadMs = 120_000

/** Says whether wordpress.org has this version and answers within 3 seconds. */
export async function isOnWordpressOrg(version: string): Promise<boolean> {
  try {
    const answer = await fetch(archive(version), { method: 'HEAD', signal: AbortSignal.timeout(probeMs) })
    return answer.ok
  } catch {
    // No network, no DNS, too slow: all mean "take the next source".
    return false
  }
}

/** Unpacks WordPress of this version from wordpress.org into `folder`, after its published SHA-1 was compared. Throws `lab.no_wordpress`. */
export async function unpackFromWordpressOrg(version: string, folder: string): Promise<void> {
  const [bytes, sum] = await Promise.all([download(archive(version)), download(`${archive(version)}.sha1`)])
  if (createHash('sha1').update(bytes).digest('hex') !== Buffer.from(sum).toString('utf8').trim()) {
    throw new LabError('lab.no_wordpress', `WordPress ${version} came damaged from wordpress.org`, 'Run the command again.')
  }
  const file = join(folder, '.wordpress.tar.gz')
  await writeFile(file, bytes)
  await runCommand('tar', ['-xzf', file, '-C', folder, '--strip-components=1'], { timeoutMs: 60_000 })
  await rm(file)
}

function archive(version: string): string {
  return `https://wordpress.org/wordpress-${version}.tar.gz`
}

async function download(url: string): Promise<Uint8Array> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(downloadMs) })
  if (!answer.ok)
    throw new LabError(
      'lab.no_wordpress',
      `${url} answered ${answer.status}`,
      'Check the network, or run on Debian, whose packages are taken otherwise.',
    )
  return answer.bytes()
}
