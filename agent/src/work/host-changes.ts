import type { ChangesAnswer, ChangesAsk } from '../domain/changes-message.ts'
import { inParts } from '../domain/url-list.ts'
import type { ChangeBatch, SiteChanges } from '../ports/site-changes.ts'
import { hostAsks } from './host-asks.ts'

/** Changes as a worker reaches them: in the main process, which keeps them. */
export function hostChanges(
  send: (message: ChangesAsk) => void,
  signal: AbortSignal,
): { readonly changes: SiteChanges; take(answer: ChangesAnswer): void } {
  const { ask, take } = hostAsks(send, signal)
  const changes: SiteChanges = {
    take: async () => (await ask({ type: 'changes.take' })) as ChangeBatch | undefined,
    needsKept: async () => (await ask({ type: 'changes.needs_kept' })) === true,
    tellKept: async urls => {
      const parts = inParts(urls)
      for (const [index, part] of parts.entries()) await ask({ type: 'changes.kept', urls: part, isLast: index === parts.length - 1 })
    },
  }
  return { changes, take }
}
