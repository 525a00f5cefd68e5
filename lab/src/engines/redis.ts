import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { connect } from 'node:net'
import { freePort } from '../process/free-port.ts'
import { startOwnedChild, whenReady, type OwnedChild } from '../process/owned-child.ts'
import { runCommand } from '../process/run-command.ts'
import { requireBinary } from './binaries.ts'

/** How lab's Redis keeps its data. */
export interface RedisOptions {
  /** `always`: every write is on disk before it is answered (AOF); `none`: memory alone. Default: none. */
  readonly durability?: 'none' | 'always'
  readonly port?: number
}

/** A Redis of lab's own on a loopback port. */
export interface Redis {
  readonly url: string
  readonly port: number
  readonly pid: number
  stop(): Promise<void>
  /** Starts it again on the same port after `stop()`. */
  start(): Promise<void>
}

const readyMs = 10_000
const redisUser = 'redis'

/** Starts a Redis whose files are in `directory`. */
export async function startRedis(directory: string, options: RedisOptions = {}): Promise<Redis> {
  const server = requireBinary('redis-server')
  const port = await freePort(options.port)
  await mkdir(directory, { recursive: true })
  if (process.getuid?.() === 0) await runCommand('chown', [redisUser, directory], { timeoutMs: 10_000 })
  let child: OwnedChild | undefined
  const start = async (): Promise<void> => {
    if (child?.isRunning()) return
    const started = run(server, directory, port, options.durability === 'always')
    child = started
    await whenReady(started, 'Redis', readyMs, () => answersPing(port))
  }
  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    get pid() {
      return child?.pid ?? -1
    },
    stop: async () => child?.stop(),
    start,
  }
}

function run(server: string, directory: string, port: number, durable: boolean): OwnedChild {
  const keep = durable
    ? ['--appendonly', 'yes', '--appendfsync', 'always']
    : ['--appendonly', 'no', '--maxmemory', '128mb', '--maxmemory-policy', 'allkeys-lru']
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', '', '--daemonize', 'no', ...keep]
  return startOwnedChild({ name: 'Redis', command: server, args, logFile: join(directory, 'redis.log'), user: redisUser })
}

function answersPing(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    const end = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(1_000, () => end(false))
    socket.once('data', data => end(data.toString().startsWith('+PONG')))
    socket.once('error', () => end(false))
  })
}
