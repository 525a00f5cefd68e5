import { readFileSync } from 'node:fs'
import { PlatenError } from '@platen/protocol'

/** What a worker needs to report to the main process. */
export interface WorkerGreeting {
  readonly token: string
  readonly socketPath: string
}

/** Reads what the launcher wrote to this process's stdin: never arguments or environment, which others can see. */
export function readGreeting(): WorkerGreeting {
  const [, token, socketPath] = /^([0-9a-f]{64}) (\/.{1,107})\n$/.exec(readFileSync(0, 'utf8')) ?? []
  if (token === undefined || socketPath === undefined) throw new PlatenError('internal', 'A worker is started by the launcher only.')
  return { token, socketPath }
}
