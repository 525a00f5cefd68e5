import type { LauncherNotice, WorkerExit, WorkerUsage, WorkerWanted } from '../domain/launcher-line.ts'
import type { Log } from '../ports/log.ts'
import type { Child, ChildExit } from './child-process.ts'
import { privateBytes } from './memory-watch.ts'
import { usageOf } from './usage-watch.ts'

/** The launcher's side of the workers. */
export interface WorkerChildren {
  start(wanted: WorkerWanted): void
  stop(token: string): void
  /** Ends all of them at once. */
  killAll(): void
  /** Settles when none is left. */
  idle(): Promise<void>
}

/** What starting workers takes. */
export interface WorkerChildrenOptions {
  readonly spawn: (wanted: WorkerWanted) => Child
  /** The line that a worker reads from its stdin. */
  readonly greeting: (token: string) => string
  readonly mostMemoryMb: number
  readonly tell: (notice: LauncherNotice) => void
  readonly log: Log
}

interface Entry {
  readonly child: Child
  readonly mostBytes: number
  overMemory: boolean
  usage: WorkerUsage
  looks: number
}

/** More would not be asked for by an agent that works as it should. */
const mostWorkers = 8
const watchMs = 250
/** Looks after which the main process is told: often enough to hold an allowance, which is counted in seconds. */
const tellEvery = 8
const stopGraceMs = 2_000

const unused: WorkerUsage = { cpuMs: 0, peakRssBytes: 0, readBytes: 0, writtenBytes: 0 }

/** Starts, watches and ends worker processes; each is known by its token alone. */
export function workerChildren(options: WorkerChildrenOptions): WorkerChildren {
  const entries = new Map<string, Entry>()
  let watch: NodeJS.Timeout | undefined

  const look = (): void => {
    for (const [token, entry] of entries) {
      if (entry.child.pid === undefined) continue
      // What was seen last is what a worker is billed that is killed, or that would rather not say.
      entry.usage = grown(entry.usage, usageOf(entry.child.pid))
      entry.looks += 1
      if (entry.looks % tellEvery === 0) options.tell({ token, usage: entry.usage })
      if ((privateBytes(entry.child.pid) ?? 0) <= entry.mostBytes) continue
      entry.overMemory = true
      entry.child.kill()
    }
  }

  const gone = (token: string, entry: Entry, exit: ChildExit): void => {
    entries.delete(token)
    if (entries.size === 0) clearInterval(watch)
    const how = exitOf(exit, entry.overMemory)
    if (how !== 'clean') options.log.warn('worker:gone', { how, code: exit.code, signal: exit.signal, lastWords: exit.lastWords })
    options.tell({ token, exit: how, usage: entry.usage })
  }

  return {
    start: wanted => {
      const { token } = wanted
      if (entries.has(token)) return
      if (entries.size >= mostWorkers) return options.tell({ token, exit: 'crashed', usage: unused })
      const memoryMb = Math.min(wanted.memoryMb, options.mostMemoryMb)
      const child = options.spawn({ ...wanted, memoryMb })
      const entry: Entry = { child, mostBytes: memoryMb * 1_048_576, overMemory: false, usage: unused, looks: 0 }
      if (entries.size === 0) watch = setInterval(look, watchMs)
      entries.set(token, entry)
      child.stdin?.end(options.greeting(token))
      void child.exited.then(exit => gone(token, entry, exit))
    },
    stop: token => entries.get(token)?.child.stop(stopGraceMs),
    killAll: () => {
      for (const { child } of entries.values()) child.kill()
    },
    idle: async () => {
      await Promise.all([...entries.values()].map(({ child }) => child.exited))
    },
  }
}

/** With what was seen now: a process that is gone and not collected yet has some of its figures left, and no others. */
function grown(before: WorkerUsage, now: WorkerUsage = unused): WorkerUsage {
  return {
    cpuMs: Math.max(before.cpuMs, now.cpuMs),
    peakRssBytes: Math.max(before.peakRssBytes, now.peakRssBytes),
    readBytes: Math.max(before.readBytes, now.readBytes),
    writtenBytes: Math.max(before.writtenBytes, now.writtenBytes),
  }
}

/** V8 ends a process whose heap is full by SIGABRT or SIGTRAP. */
function exitOf({ code, signal }: ChildExit, overMemory: boolean): WorkerExit {
  if (overMemory || signal === 'SIGABRT' || signal === 'SIGTRAP') return 'memory'
  return code === 0 ? 'clean' : 'crashed'
}
