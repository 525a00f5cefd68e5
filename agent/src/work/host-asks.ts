import { toldError, type ErrorCode } from '@platen/protocol'

/** A question without the number that its answer has. */
export type Question<Ask> = Ask extends { readonly id: number } ? Omit<Ask, 'id'> : never

/** How the main process answers. */
export type Answer = { readonly id: number } & (
  | { readonly ok: true; readonly value?: unknown }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string }
)

/** Questions of a worker to the main process, each open until its answer comes or the job is stopped. */
export function hostAsks<Ask extends { readonly id: number }>(
  send: (message: Ask) => void,
  signal: AbortSignal,
): { readonly ask: (question: Question<Ask>) => Promise<unknown>; readonly take: (answer: Answer) => void } {
  const open = new Map<number, (answer: Answer) => void>()
  let lastId = 0
  return {
    ask: question =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted()
        const id = ++lastId
        const abort = (): void => {
          open.delete(id)
          reject(signal.reason as Error)
        }
        signal.addEventListener('abort', abort, { once: true })
        open.set(id, answer => {
          open.delete(id)
          signal.removeEventListener('abort', abort)
          if (answer.ok) resolve(answer.value)
          else reject(toldError(answer.code, answer.message))
        })
        send({ ...question, id } as unknown as Ask)
      }),
    take: answer => open.get(answer.id)?.(answer),
  }
}
