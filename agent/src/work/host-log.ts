import type { FromWorker } from '../domain/worker-message.ts'
import type { Log } from '../ports/log.ts'

/** Lines of one job that reach the agent's log; a handler in a loop must not fill a disk. */
const mostLines = 500

/** A log that goes to the main process. */
export function hostLog(send: (message: FromWorker) => void): Log {
  let lines = 0
  const at =
    (level: 'info' | 'warn' | 'error') =>
    (event: string, members: Readonly<Record<string, unknown>> = {}): void => {
      lines += 1
      if (lines <= mostLines) send({ type: 'log', level, event, members })
    }
  return { info: at('info'), warn: at('warn'), error: at('error') }
}
