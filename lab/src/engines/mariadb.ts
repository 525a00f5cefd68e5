import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cacheRoot } from '../paths.ts'
import { copyTree } from '../process/copy-tree.ts'
import { makeOnce } from '../process/make-once.ts'
import { startOwnedChild, whenReady, type OwnedChild } from '../process/owned-child.ts'
import { runCommand, tryCommand } from '../process/run-command.ts'
import { findBinary, requireBinary } from './binaries.ts'

/** A MariaDB of lab's own: its data in `directory`, reached by `socket` alone (no TCP port). */
export interface MariaDb {
  readonly socket: string
  readonly pid: number
  /** Runs SQL as the server's root; gives what the client prints. */
  sql(text: string, database?: string): Promise<string>
  /** The database as SQL. */
  dump(database: string): Promise<string>
  stop(): Promise<void>
  /** Starts it again on the same data after `stop()`. */
  start(): Promise<void>
}

const readyMs = 20_000
const sqlMs = 60_000
const databaseUser = 'mysql'

/** Starts MariaDB with a new data folder below `directory` (made from a cached template, so it takes about a second). */
export async function startMariadb(directory: string): Promise<MariaDb> {
  const server = requireBinary('mariadbd', 'mysqld')
  const client = requireBinary('mariadb', 'mysql')
  const dumper = requireBinary('mariadb-dump', 'mysqldump')
  const data = join(directory, 'data')
  const socket = join(directory, 'mysql.sock')
  await mkdir(directory, { recursive: true })
  await own(directory)
  await copyOwned(await dataTemplate(server), data)
  const connect = ['--no-defaults', '--protocol=socket', `--socket=${socket}`, '--user=root']
  let child: OwnedChild | undefined
  const start = async (): Promise<void> => {
    if (child?.isRunning()) return
    const started = run(server, data, socket, join(directory, 'mariadb.log'))
    child = started
    await whenReady(
      started,
      'MariaDB',
      readyMs,
      async () => existsSync(socket) && (await tryCommand(client, [...connect, '-e', 'select 1'], { timeoutMs: sqlMs })).exitCode === 0,
    )
  }
  await start()
  return {
    socket,
    get pid() {
      return child?.pid ?? -1
    },
    sql: (text, database) =>
      runCommand(client, [...connect, '--default-character-set=utf8mb4', ...(database ? [database] : [])], {
        timeoutMs: sqlMs,
        input: text,
      }),
    dump: database =>
      runCommand(dumper, [...connect, '--skip-comments', '--skip-extended-insert', '--default-character-set=utf8mb4', database], {
        timeoutMs: sqlMs,
      }),
    stop: async () => child?.stop(),
    start,
  }
}

function run(server: string, data: string, socket: string, logFile: string): OwnedChild {
  const args = [
    '--no-defaults',
    `--datadir=${data}`,
    `--socket=${socket}`,
    `--pid-file=${join(data, 'mariadb.pid')}`,
    '--skip-networking',
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_unicode_ci',
    '--innodb-buffer-pool-size=64M',
    '--innodb-log-file-size=8M',
    '--innodb-flush-log-at-trx-commit=2',
    '--max-connections=60',
    '--performance-schema=OFF',
  ]
  return startOwnedChild({ name: 'MariaDB', command: server, args, logFile, user: databaseUser, stopDeadlineMs: 15_000 })
}

async function dataTemplate(server: string): Promise<string> {
  const version = /Ver (\S+)/.exec(await runCommand(server, ['--no-defaults', '--version'], { timeoutMs: 10_000 }))?.[1] ?? 'unknown'
  const install = requireBinary('mariadb-install-db', 'mysql_install_db')
  return makeOnce(join(cacheRoot, `mariadb-data-${version.replaceAll(/[^\w.]/g, '-')}`), async folder => {
    const data = join(folder, 'data')
    await mkdir(data)
    const args = [
      '--no-defaults',
      `--datadir=${data}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      '--innodb-log-file-size=8M',
    ]
    await runCommand(install, process.getuid?.() === 0 ? [...args, '--user=root'] : args, { timeoutMs: 60_000 })
    await writeFile(join(folder, 'README'), 'An empty MariaDB data folder that lab copies; safe to delete.\n')
  }).then(folder => join(folder, 'data'))
}

async function copyOwned(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true })
  await copyTree(from, to)
  await own(to, '-R')
  await chmod(to, 0o700)
}

async function own(path: string, ...flags: string[]): Promise<void> {
  if (process.getuid?.() !== 0) return
  await runCommand(findBinary('chown') ?? 'chown', [...flags, `${databaseUser}:${databaseUser}`, path], { timeoutMs: 30_000 })
}
