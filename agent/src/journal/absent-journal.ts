import type { PlatenError } from '@platen/protocol'
import type { Journal } from '../ports/journal.ts'

/**
 * Stands for a journal that can't be opened: nothing is on record, and whatever has to be put there fails for the reason that
 * keeps it closed. So no job is taken, while status and link go on.
 */
export function absentJournal(reason: PlatenError): Journal {
  const refuse = (): never => {
    throw reason
  }
  return {
    save: refuse,
    find: () => undefined,
    unfinished: () => [],
    recent: () => [],
    outbox: () => [],
    waiting: () => 0,
    acknowledge: refuse,
    step: refuse,
    append: refuse,
    // A chain must not begin anew only because nobody can look at the one that is there.
    lastReceipt: refuse,
    receipts: () => ({ lines: [] }),
    nonce: refuse,
    get: () => undefined,
    set: refuse,
    cdn: { add: refuse, next: () => undefined, settle: refuse, isOpen: () => false, leave: refuse },
    followUps: { note: refuse, of: () => [] },
    close: () => {},
  }
}
