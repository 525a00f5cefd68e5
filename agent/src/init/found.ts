import { execFile } from 'node:child_process'
import { existsSync, lstatSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PlatenError } from '@platen/protocol'
import { fpmConfigFile, fpmPool, type FpmPool } from './fpm-pool.ts'
import { machineProcesses } from './machine-processes.ts'
import { nginxConfigFile, nginxSite, type NginxSite } from './nginx-site.ts'
import { parseNginxDump } from './nginx-tree.ts'

const run = promisify(execFile)
const commandMs = 30_000
const configBytes = 16 * 1024 * 1024

/** The real path of a WordPress folder. @throws PlatenError wordpress.not_found */
export function wordpressRoot(folder: string): string {
  try {
    const root = realpathSync(folder)
    if (lstatSync(join(root, 'wp-load.php')).isFile()) return root
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error
  }
  throw new PlatenError('wordpress.not_found', folder, { field: 'site' })
}

/** Name of the group that may connect to a socket. */
export async function groupOf(path: string): Promise<string> {
  return name('group', statSync(path).gid)
}

/** Who owns the folder that PHP has to write to: PHP's user, as sites are usually set up. */
export async function uploadsOwner(root: string): Promise<string> {
  const uploads = join(root, 'wp-content', 'uploads')
  return name('passwd', statSync(existsSync(uploads) ? uploads : join(root, 'wp-content')).uid)
}

async function name(database: 'passwd' | 'group', id: number): Promise<string> {
  const { stdout } = await run('getent', [database, String(id)], { timeout: commandMs })
  return stdout.split(':')[0] ?? String(id)
}

/**
 * What nginx says about the site, by the named configuration, or by those of the nginx that run and the usual one; undefined
 * where none has a server for this root.
 * @throws PlatenError input.invalid where the named configuration is one that nginx refuses
 */
export async function findNginx(root: string, configFile: string | undefined): Promise<NginxSite | undefined> {
  const running = machineProcesses().flatMap(({ title }) => nginxConfigFile(title) ?? [])
  for (const file of configFile === undefined ? [...new Set(running), undefined] : [configFile]) {
    const text = await nginxText(file)
    if (text === undefined && configFile !== undefined)
      throw new PlatenError('input.invalid', `nginx does not take ${configFile}; nginx -t -c ${configFile} says why.`, { field: 'nginx' })
    const site = text === undefined ? undefined : nginxSite(parseNginxDump(text), root, sameFolder)
    if (site) return site
  }
  return undefined
}

/** A whole configuration with its includes; undefined where nginx is not installed, or refuses it. */
async function nginxText(file: string | undefined): Promise<string | undefined> {
  const args = file === undefined ? ['-T', '-q'] : ['-T', '-q', '-c', realpathSync.native(file)]
  return output('nginx', args)
}

/** The pool behind a socket, by the configuration of the PHP-FPM that runs; undefined where none of them has it. */
export async function findPool(socket: string): Promise<FpmPool | undefined> {
  for (const { title, program } of machineProcesses()) {
    const file = fpmConfigFile(title)
    if (file === undefined || program === undefined) continue
    const text = await output(program, ['-tt', '-y', file])
    const pool = text === undefined ? undefined : fpmPool(text, socket)
    if (pool) return pool
  }
  return undefined
}

/** What a program prints; undefined where it is not installed or ends with an error. */
async function output(program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await run(program, args, { timeout: commandMs, maxBuffer: configBytes })
    return stdout + stderr
  } catch (error) {
    const { code } = error as { code?: string | number }
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
