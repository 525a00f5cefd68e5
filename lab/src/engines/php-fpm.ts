import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startOwnedChild, whenReady, type OwnedChild } from '../process/owned-child.ts'
import { LabError } from '../lab-error.ts'
import { findPhpFpm } from './binaries.ts'

/** What an FPM pool of lab's needs to know. */
export interface PhpFpmOptions {
  /** Config, socket and log go here. */
  readonly directory: string
  /** The user that PHP runs as. */
  readonly user: string
  /** The web server's user: its group may use the socket. */
  readonly webUser: string
  readonly children?: number
  /** php.ini settings that no site code can change. */
  readonly settings?: Readonly<Record<string, string>>
}

/** A PHP-FPM with one pool. */
export interface PhpFpm {
  readonly socket: string
  readonly configFile: string
  readonly pid: number
  stop(): Promise<void>
  start(): Promise<void>
}

const readyMs = 10_000
/** Where the pool tells its status, asked through the socket or nginx's local location. */
export const fpmStatusPath = '/platen-lab-fpm-status'

/** Starts PHP-FPM in the foreground on a Unix socket. */
export async function startPhpFpm(options: PhpFpmOptions): Promise<PhpFpm> {
  const command = findPhpFpm()
  if (!command) throw new LabError('lab.engine_missing', 'PHP-FPM is not installed', 'Run `npx pnpm engines` as root on Debian or Ubuntu.')
  const socket = join(options.directory, 'php-fpm.sock')
  const configFile = join(options.directory, 'php-fpm.conf')
  await writeFile(configFile, config(options, socket))
  const args = ['-F', '-O', '-y', configFile]
  let child: OwnedChild | undefined
  const start = async (): Promise<void> => {
    if (child?.isRunning()) return
    await rm(socket, { force: true })
    const started = startOwnedChild({ name: 'PHP-FPM', command, args, logFile: join(options.directory, 'php-fpm.log') })
    child = started
    await whenReady(started, 'PHP-FPM', readyMs, () => existsSync(socket))
  }
  await start()
  return {
    socket,
    configFile,
    get pid() {
      return child?.pid ?? -1
    },
    stop: async () => child?.stop(),
    start,
  }
}

/** Only root can give a pool and its socket to others; elsewhere all is ours. */
function users(options: PhpFpmOptions): string {
  return `user = ${options.user}
group = ${options.user}
listen.owner = ${options.user}
listen.group = ${options.webUser}`
}

function config(options: PhpFpmOptions, socket: string): string {
  const settings = Object.entries(options.settings ?? {}).map(([name, value]) => `php_admin_value[${name}] = ${value}`)
  return `[global]
error_log = /dev/null
log_limit = 4096
process_control_timeout = 3s
[site]
listen = ${socket}
${process.getuid?.() === 0 ? users(options) : ''}
listen.mode = 0660
pm = dynamic
pm.max_children = ${options.children ?? 6}
pm.start_servers = 2
pm.min_spare_servers = 1
pm.max_spare_servers = 3
pm.status_path = ${fpmStatusPath}
catch_workers_output = yes
decorate_workers_output = no
request_terminate_timeout = 120s
${settings.join('\n')}
`
}
