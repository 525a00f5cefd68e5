import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'

const built = join(import.meta.dirname, '..', '..', 'dist', 'peers')

/** Starts a program of this folder, as built, in a process of its own with an IPC channel; it ends with this process at the latest. */
export function startPeer(name: string, args: readonly (string | number)[], execArgv: readonly string[] = []): ChildProcess {
  return fork(join(built, `${name}.js`), args.map(String), { execArgv: [...execArgv] })
}
