import { toPlatenError, type PluginCommands } from '@platen/protocol'
import type { FromWorker, WorkerAnswer } from '../domain/worker-message.ts'
import type { PhpChannel } from '../ports/php-channel.ts'

type Call = Extract<FromWorker, { type: 'call' }>

/** Calls of one worker to the plugin that are served at once. */
const mostCalls = 4

/**
 * Makes the calls to the plugin that a worker asks for: only the main process's user may open PHP-FPM's socket. Which
 * commands there are is the channel's to check.
 */
export function workerCalls(php: PhpChannel, signal: AbortSignal, answer: (answer: WorkerAnswer) => void): (call: Call) => void {
  let open = 0
  return ({ id, command, args, deadlineMs }) => {
    if (open >= mostCalls) {
      answer({ type: 'answer', id, ok: false, code: 'rate.limited', message: 'Too many calls to the plugin at once.' })
      return
    }
    open += 1
    const name = command as keyof PluginCommands
    php
      .call(name, args as PluginCommands[typeof name]['args'], { signal, deadlineMs })
      .then(
        value => answer({ type: 'answer', id, ok: true, value }),
        (error: unknown) => {
          const { code, message } = toPlatenError(error)
          answer({ type: 'answer', id, ok: false, code, message: message.slice(0, 500) })
        },
      )
      .finally(() => {
        open -= 1
      })
  }
}
