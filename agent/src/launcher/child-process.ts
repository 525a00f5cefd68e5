import { spawn, type ChildProcess } from 'node:child_process'
import type { Duplex, Writable } from 'node:stream'
import { childEnvironment } from './child-command.ts'
import type { Account } from './accounts.ts'

/** How a process went. */
export interface ChildExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The end of what it wrote to stderr, where that was kept. */
  readonly lastWords: string
}

/** A child process and the only handle that ends it. */
export interface Child {
  readonly pid: number | undefined
  readonly stdin: Writable | null
  /** File descriptor 3 of the child, where it was asked for. */
  readonly channel: Duplex | undefined
  readonly exited: Promise<ChildExit>
  /** SIGTERM now, SIGKILL for it and all of its group after `graceMs`. */
  stop(graceMs: number): void
  kill(): void
}

/** How a child is wired up. */
export interface ChildWiring {
  readonly account: Account | undefined
  readonly stdin: 'pipe' | 'ignore'
  /** `keep` holds the end of stderr back for `lastWords`. */
  readonly stderr: 'inherit' | 'ignore' | 'keep'
  readonly channel: boolean
}

const lastWordsLength = 4_000

/** Starts a command in a process group of its own, so that a Ctrl-C in the launcher's terminal reaches the launcher alone. */
export function startChild(command: readonly string[], wiring: ChildWiring): Child {
  const child = spawned(command, wiring)
  if (child instanceof Error) return unborn(child)
  let lastWords = ''
  child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
    lastWords = (lastWords + piece).slice(-lastWordsLength)
  })
  // A child that is gone before it has read its stdin is told by its exit.
  child.stdin?.on('error', () => child.stdin?.destroy())
  let gone = false
  const exited = new Promise<ChildExit>(resolve => {
    child.once('error', error => {
      gone = true
      resolve({ code: null, signal: null, lastWords: error.message })
    })
    child.once('exit', (code, signal) => {
      gone = true
      resolve({ code, signal, lastWords })
    })
  })
  const signalGroup = (signal: NodeJS.Signals): void => {
    if (gone || child.pid === undefined) return
    try {
      process.kill(-child.pid, signal)
    } catch (error) {
      // It went between the check and the signal.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
  return {
    pid: child.pid,
    stdin: child.stdin,
    // Where no more files could be opened, there is none.
    channel: (child.stdio[3] as Duplex | null | undefined) ?? undefined,
    exited,
    stop: graceMs => {
      signalGroup('SIGTERM')
      const timer = setTimeout(() => signalGroup('SIGKILL'), graceMs)
      void exited.then(() => clearTimeout(timer))
    },
    kill: () => signalGroup('SIGKILL'),
  }
}

/** Node tells of some failures of a fork by an event, and throws the others: of a machine without memory, for one. */
function spawned([program = '', ...args]: readonly string[], wiring: ChildWiring): ChildProcess | Error {
  try {
    return spawn(program, args, {
      cwd: '/',
      env: childEnvironment(wiring.account),
      detached: true,
      stdio: [wiring.stdin, 'ignore', wiring.stderr === 'keep' ? 'pipe' : wiring.stderr, wiring.channel ? 'pipe' : 'ignore'],
    })
  } catch (error) {
    return error as Error
  }
}

/** A child that is gone before it came. */
function unborn({ message }: Error): Child {
  const exited = Promise.resolve({ code: null, signal: null, lastWords: message })
  return { pid: undefined, stdin: null, channel: undefined, exited, stop: () => {}, kill: () => {} }
}
