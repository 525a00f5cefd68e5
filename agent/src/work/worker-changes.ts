import { PlatenError, toPlatenError } from '@platen/protocol'
import type { ChangesAnswer, ChangesAsk } from '../domain/changes-message.ts'
import type { ChangeLedger } from '../ports/change-ledger.ts'
import type { WorkOrder } from '../ports/workers.ts'
import { changesKind } from './change-jobs.ts'

/** Questions of one worker, and pages that it tells of: more than any site has, and an end for one that goes on for ever. */
const mostAsks = 20_000
const mostUrls = 2_000_000

/**
 * Answers what a worker asks about changes; false where it asks too much. Only a job that purges may: who takes changes and
 * says that all went well makes them be forgotten.
 */
export function workerChanges(
  ledger: ChangeLedger | undefined,
  { jobId, kind }: Pick<WorkOrder, 'jobId' | 'kind'>,
  answer: (answer: ChangesAnswer) => void,
): (ask: ChangesAsk) => boolean {
  const count = { asks: 0, urls: 0 }
  const value = (ask: ChangesAsk): unknown => {
    if (kind !== changesKind) throw new PlatenError('policy.denied', `${kind} has nothing to do with changes.`)
    switch (ask.type) {
      case 'changes.take':
        return ledger?.take(jobId)
      case 'changes.needs_kept':
        return ledger?.needsKept(jobId) ?? false
      case 'changes.kept':
        return ledger?.tellKept(jobId, ask.urls, ask.isLast)
    }
  }
  return ask => {
    count.asks += 1
    if (ask.type === 'changes.kept') count.urls += ask.urls.length
    if (count.asks > mostAsks || count.urls > mostUrls) return false
    try {
      answer({ type: 'changes', id: ask.id, ok: true, value: value(ask) })
    } catch (error) {
      const { code, message } = toPlatenError(error)
      answer({ type: 'changes', id: ask.id, ok: false, code, message: message.slice(0, 500) })
    }
    return true
  }
}
