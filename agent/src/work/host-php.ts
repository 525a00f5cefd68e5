import { limits, toldError } from '@platen/protocol'
import type { FromWorker, WorkerAnswer } from '../domain/worker-message.ts'
import type { PhpChannel } from '../ports/php-channel.ts'

/** The plugin as a worker reaches it: by the main process, whose user alone may open PHP-FPM's socket. */
export function hostPhp(send: (message: FromWorker) => void): { readonly channel: PhpChannel; take(answer: WorkerAnswer): void } {
  const open = new Map<number, (answer: WorkerAnswer) => void>()
  let lastId = 0
  const ask = (command: string, args: unknown, deadlineMs: number, signal?: AbortSignal): Promise<unknown> =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      const id = ++lastId
      const forget = (): void => {
        open.delete(id)
        signal?.removeEventListener('abort', abort)
      }
      const abort = (): void => {
        forget()
        reject(signal?.reason as Error)
      }
      signal?.addEventListener('abort', abort)
      open.set(id, answer => {
        forget()
        if (answer.ok) resolve(answer.value)
        else reject(toldError(answer.code, answer.message))
      })
      send({ type: 'call', id, command, args, deadlineMs })
    })
  const call = (command: string, args: unknown, options: { signal?: AbortSignal; deadlineMs?: number } = {}): Promise<unknown> =>
    ask(command, args, options.deadlineMs ?? limits.php.callMs, options.signal)
  return { channel: { call: call as PhpChannel['call'] }, take: answer => open.get(answer.id)?.(answer) }
}
