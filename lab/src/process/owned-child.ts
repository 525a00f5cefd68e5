import { spawn, type ChildProcess } from 'node:child_process'
import { createWriteStream, existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { LabError } from '../lab-error.ts'
import { waitUntil } from './wait-until.ts'

/** A daemon of lab's, run in the foreground as our child. */
export interface OwnedChildOptions {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** Both output streams go here; at most 8 MB are written. */
  readonly logFile: string
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  /** System user to run as; only root can choose one, others stay themselves. */
  readonly user?: string | undefined
  /** SIGTERM's time before SIGKILL. */
  readonly stopDeadlineMs?: number
}

/** A running child and the only handle that ends it. */
export interface OwnedChild {
  readonly pid: number
  /** Settles when the process is gone, however it went. */
  readonly exited: Promise<void>
  /** Whether the process is still there. */
  isRunning(): boolean
  /** Throws `lab.engine_failed` with the end of the output if the process is gone. */
  assertRunning(): void
  /** SIGTERM, then SIGKILL after the deadline; returns when it is gone. Safe to call twice. */
  stop(): Promise<void>
  /** SIGKILL; returns when it is gone. */
  kill(): Promise<void>
}

const maxLogBytes = 8 * 1024 * 1024
const tailBytes = 4_000
const defaultStopMs = 5_000
const setpriv = '/usr/bin/setpriv'

/** Starts a child that also ends when this Node process dies, be it by SIGKILL (where the kernel can tell it so). */
export function startOwnedChild(options: OwnedChildOptions): OwnedChild {
  const [command, args] = wrapped(options)
  // In a session of its own, Ctrl-C reaches our process alone, which can then end everything in order. Where setpriv can't tell the child
  // of our death it stays in our group, to be ended along with us.
  const detached = existsSync(setpriv)
  const child = spawn(command, args, { cwd: options.cwd, env: options.env ?? process.env, stdio: ['ignore', 'pipe', 'pipe'], detached })
  const tail = keepLog(child, options.logFile)
  const exited = new Promise<void>(resolve => {
    child.once('close', () => resolve())
    // `close` follows an error after a start; a start that failed has none.
    child.once('error', () => resolve())
  })
  const isRunning = (): boolean => child.pid !== undefined && child.exitCode === null && child.signalCode === null
  return {
    pid: child.pid ?? -1,
    exited,
    isRunning,
    assertRunning: () => {
      if (isRunning()) return
      throw new LabError(
        'lab.engine_failed',
        `${options.name} ended: ${tail().trim() || 'it said nothing'}`,
        `Its log is ${options.logFile}.`,
      )
    },
    stop: () => stop(child, exited, isRunning, options.stopDeadlineMs ?? defaultStopMs),
    kill: async () => {
      if (isRunning()) child.kill('SIGKILL')
      await exited
    },
  }
}

/** Waits until a started child does its work, as `condition` finds out; one that ends or is late is stopped and the error thrown. */
export async function whenReady(
  child: OwnedChild,
  name: string,
  deadlineMs: number,
  condition: () => Promise<boolean> | boolean,
): Promise<void> {
  try {
    await waitUntil(name, deadlineMs, () => {
      child.assertRunning()
      return condition()
    })
  } catch (error) {
    await child.stop()
    throw error
  }
}

function wrapped(options: OwnedChildOptions): [string, string[]] {
  if (!existsSync(setpriv)) return [options.command, [...options.args]]
  const foreign = options.user !== undefined && process.getuid?.() === 0 && options.user !== userInfo().username
  const identity = foreign ? ['--reuid', options.user, '--regid', options.user, '--init-groups'] : []
  return [setpriv, [...identity, '--pdeathsig', 'TERM', '--', options.command, ...options.args]]
}

/** Writes a child's output to a file, 8 MB at most; the result gives the last 4,000 characters. */
export function keepLog(child: ChildProcess, file: string): () => string {
  const log = createWriteStream(file, { flags: 'a' })
  // The folder may be removed while a child still speaks its last words.
  log.on('error', () => log.destroy())
  let written = 0
  let tail = ''
  const take = (chunk: Buffer): void => {
    tail = (tail + chunk.toString('utf8')).slice(-tailBytes)
    written += chunk.length
    if (written <= maxLogBytes) log.write(chunk)
  }
  child.stdout?.on('data', take)
  child.stderr?.on('data', take)
  child.once('error', error => {
    tail += error.message
  })
  child.once('close', () => log.end())
  return () => tail
}

async function stop(child: ChildProcess, exited: Promise<void>, isRunning: () => boolean, deadlineMs: number): Promise<void> {
  if (isRunning()) child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMs)
  await exited
  clearTimeout(timer)
}
