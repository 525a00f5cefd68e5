import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { acceptsAt } from '../process/accepts-at.ts'
import { freePort } from '../process/free-port.ts'
import { startOwnedChild, whenReady, type OwnedChild } from '../process/owned-child.ts'
import { runCommand } from '../process/run-command.ts'
import { cachedTemplate } from '../sites/template-cache.ts'
import { findBinary, requireBinary } from './binaries.ts'

/** A server of lab's own that speaks MongoDB's wire: a real `mongod` where there is one, else SecantusDB on WiredTiger. */
export interface MongoWire {
  /** What of both it is, for figures. */
  readonly engine: 'mongod' | 'SecantusDB'
  readonly port: number
  /** The URL of a database on it. */
  url(database: string): string
  stop(): Promise<void>
  /** Ends it as a crash would. */
  kill(): Promise<void>
  /** Starts it again on the same data and port. */
  start(): Promise<void>
}

const readyMs = 60_000
const installMs = 300_000
const package_ = 'secantusdb==0.7.0b3'
/** Of the package above: a new version is a new folder. */
const packageKey = '5ec070b30001'

/** Starts a server whose files are in `directory`. */
export async function startMongoWire(directory: string): Promise<MongoWire> {
  const port = await freePort()
  const data = join(directory, 'data')
  await mkdir(data, { recursive: true })
  const mongod = findBinary('mongod')
  const [command, ...args] = mongod === undefined ? await secantus(port, data) : mongodLine(mongod, port, data)
  let child: OwnedChild | undefined
  const start = async (): Promise<void> => {
    if (child?.isRunning()) return
    const logFile = join(directory, 'mongo.log')
    const started = startOwnedChild({ name: 'MongoDB', command: command as string, args, logFile, stopDeadlineMs: 15_000 })
    child = started
    await whenReady(started, 'MongoDB', readyMs, () => acceptsAt(port))
    if (mongod !== undefined) await initiate(mongod, port)
  }
  await start()
  const query = mongod === undefined ? '' : '?replicaSet=lab'
  return {
    engine: mongod === undefined ? 'SecantusDB' : 'mongod',
    port,
    url: database => `mongodb://127.0.0.1:${port}/${database}${query}`,
    stop: async () => child?.stop(),
    kill: async () => child?.kill(),
    start,
  }
}

function mongodLine(mongod: string, port: number, data: string): readonly string[] {
  // What a killed gateway had begun is let go of soon, as operations.md asks for.
  const soon = ['--setParameter', 'transactionLifetimeLimitSeconds=20']
  return [mongod, '--port', String(port), '--bind_ip', '127.0.0.1', '--dbpath', data, '--replSet', 'lab', ...soon]
}

/** Transactions need a replica set, if only of one. Told again, it answers that it is one. */
async function initiate(mongod: string, port: number): Promise<void> {
  const shell = mongod.replace(/mongod$/, 'mongosh')
  const script = `try { rs.initiate({ _id: 'lab', members: [{ _id: 0, host: '127.0.0.1:${port}' }] }) } catch (error) { rs.status() }`
  await runCommand(shell, ['--quiet', '--port', String(port), '--eval', script], { timeoutMs: readyMs })
}

/** SecantusDB in a virtual environment of lab's cache, made once. It is run as a module, since the folder is moved when it is whole. */
async function secantus(port: number, data: string): Promise<readonly string[]> {
  const python = requireBinary('python3')
  const folder = await cachedTemplate('secantusdb', packageKey, async aside => {
    await runCommand(python, ['-m', 'venv', aside], { timeoutMs: installMs })
    await runCommand(join(aside, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', package_], { timeoutMs: installMs })
  })
  const module = ['-m', 'secantus', '--port', String(port), '--storage-path', data, '--sync-on-commit', '--log-level', 'WARNING']
  return [join(folder, 'bin', 'python'), ...module]
}
