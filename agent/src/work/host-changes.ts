import { toldError } from '@platen/protocol'
import { mostKept, mostKeptCharacters, type ChangesAnswer, type ChangesAsk } from '../domain/changes-message.ts'
import type { ChangeBatch, SiteChanges } from '../ports/site-changes.ts'

type Question = ChangesAsk extends infer Ask ? (Ask extends { readonly id: number } ? Omit<Ask, 'id'> : never) : never

/** Changes as a worker reaches them: in the main process, which keeps them. */
export function hostChanges(
  send: (message: ChangesAsk) => void,
  signal: AbortSignal,
): { readonly changes: SiteChanges; take(answer: ChangesAnswer): void } {
  const open = new Map<number, (answer: ChangesAnswer) => void>()
  let lastId = 0
  const ask = (question: Question): Promise<unknown> =>
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
      send({ ...question, id })
    })
  const changes: SiteChanges = {
    take: async () => (await ask({ type: 'changes.take' })) as ChangeBatch | undefined,
    needsKept: async () => (await ask({ type: 'changes.needs_kept' })) === true,
    tellKept: async urls => {
      const parts = inParts(urls)
      for (const [index, part] of parts.entries()) await ask({ type: 'changes.kept', urls: part, isLast: index === parts.length - 1 })
    },
  }
  return { changes, take: answer => open.get(answer.id)?.(answer) }
}

/** Parts that each fit into one message; one that is empty where there is nothing to tell. */
function inParts(urls: readonly string[]): readonly (readonly string[])[] {
  const parts: string[][] = [[]]
  let characters = 0
  for (const url of urls) {
    characters += url.length
    if (parts.at(-1)?.length === mostKept || characters > mostKeptCharacters) {
      parts.push([])
      characters = url.length
    }
    parts.at(-1)?.push(url)
  }
  return parts
}
