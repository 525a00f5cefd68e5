import type { FromWorker } from '../domain/worker-message.ts'
import type { JobContext } from '../ports/job-handler.ts'

/** Steps of a job: each begins only when the main process has journaled that it does. */
export function hostSteps(
  send: (message: FromWorker) => void,
  signal: AbortSignal,
): { readonly step: JobContext<unknown>['step']; take(id: number): void } {
  const open = new Map<number, () => void>()
  let lastId = 0
  const note = (name: string, kind: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const id = ++lastId
      const abort = (): void => {
        open.delete(id)
        reject(signal.reason as Error)
      }
      signal.addEventListener('abort', abort, { once: true })
      open.set(id, () => {
        open.delete(id)
        signal.removeEventListener('abort', abort)
        resolve()
      })
      send({ type: 'step', id, name, kind })
    })
  return {
    step: async (name, kind, run) => {
      signal.throwIfAborted()
      await note(name, kind)
      return await run()
    },
    take: id => open.get(id)?.(),
  }
}
