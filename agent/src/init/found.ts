import { execFile } from 'node:child_process'
import { lstatSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PlatenError } from '@platen/protocol'
import { nginxSite, type NginxSite } from './nginx-site.ts'
import { parseNginx } from './nginx-tree.ts'

const run = promisify(execFile)
const commandMs = 30_000
const configBytes = 16 * 1024 * 1024

/** The real path of a WordPress folder. @throws PlatenError wordpress.not_found */
export function wordpressRoot(folder: string): string {
  try {
    const root = realpathSync(folder)
    if (lstatSync(join(root, 'wp-load.php')).isFile()) return root
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  throw new PlatenError('wordpress.not_found', folder, { field: 'site' })
}

/** Name of the user that owns a file, as PHP-FPM's pools are usually set up: one user a site. */
export async function ownerOf(path: string): Promise<string> {
  return name('passwd', statSync(path).uid)
}

/** Name of the group that may connect to a socket. */
export async function groupOf(path: string): Promise<string> {
  return name('group', statSync(path).gid)
}

async function name(database: 'passwd' | 'group', id: number): Promise<string> {
  const { stdout } = await run('getent', [database, String(id)], { timeout: commandMs })
  return stdout.split(':')[0] ?? String(id)
}

/** What nginx says about the site; undefined where nginx or a server for this root is missing, or its configuration is broken. */
export async function findNginx(root: string, configFile: string | undefined): Promise<NginxSite | undefined> {
  try {
    const args = configFile === undefined ? ['-T', '-q'] : ['-T', '-q', '-c', configFile]
    const { stdout } = await run('nginx', args, { timeout: commandMs, maxBuffer: configBytes })
    return nginxSite(parseNginx(stdout), root, sameFolder)
  } catch (error) {
    const { code } = error as { code?: string | number }
    // Not installed, or it refuses its own configuration: the caller says that nginx was not found.
    if (code === 'ENOENT' || typeof code === 'number') return undefined
    throw error
  }
}

function sameFolder(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
