import { connect } from 'node:net'
import { join } from 'node:path'
import { startOwnedChild, type OwnedChild } from '../process/owned-child.ts'
import { waitUntil } from '../process/wait-until.ts'

/** A stack's processes by name, each with a log file of its own, ended newest first. */
export interface Processes {
  /** Starts one and waits until it can be used. @throws LabError with the end of its log */
  start(name: string, command: readonly string[], isReady: () => Promise<boolean>): Promise<void>
  end(name: string): Promise<void>
  /** Ends it as a crash would. */
  kill(name: string): Promise<void>
  endAll(): Promise<void>
  /** -1 where it does not run. */
  pid(name: string): number
  isRunning(name: string): boolean
  /** @throws LabError where it has ended by itself */
  assertRunning(name: string): void
}

const startMs = 30_000

/** No processes yet; their logs go to `directory`. */
export function processes(directory: string): Processes {
  const children = new Map<string, OwnedChild>()
  const end = async (name: string): Promise<void> => {
    await children.get(name)?.stop()
    children.delete(name)
  }
  return {
    start: async (name, [command, ...args], isReady) => {
      const child = startOwnedChild({ name, command: command as string, args, logFile: join(directory, `${name}.log`) })
      children.set(name, child)
      await waitUntil(`the ${name}`, startMs, () => {
        child.assertRunning()
        return isReady()
      })
    },
    end,
    kill: async name => {
      await children.get(name)?.kill()
      children.delete(name)
    },
    endAll: async () => {
      for (const name of [...children.keys()].toReversed()) await end(name)
    },
    pid: name => children.get(name)?.pid ?? -1,
    isRunning: name => children.get(name)?.isRunning() ?? false,
    assertRunning: name => children.get(name)?.assertRunning(),
  }
}

/** Whether somebody listens at a Unix socket. */
export async function listens(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/** Whether a gateway takes work. */
export async function takesWork(url: string): Promise<boolean> {
  return (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) })).ok
}
