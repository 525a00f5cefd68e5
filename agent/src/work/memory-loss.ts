import { toPlatenError } from '@platen/protocol'
import { lastMomentMs } from '../domain/local-time.ts'
import type { Journal } from '../ports/journal.ts'
import type { Log } from '../ports/log.ts'

const name = 'runs.forgotten_before'

/** What a journal noted of that moment. */
export function forgottenBefore(journal: Pick<Journal, 'get'>): number | undefined {
  const noted = journal.get(name)
  return noted === undefined ? undefined : Number(noted)
}

/** The moment, by the gateway's clock, before which the journal says nothing for certain, where it is not the one that there was. */
export class MemoryLoss {
  readonly #journal: Pick<Journal, 'get' | 'set'>
  readonly #log: Log
  #before: number | undefined

  constructor(journal: Pick<Journal, 'get' | 'set'>, log: Log) {
    this.#journal = journal
    this.#log = log
    this.#before = forgottenBefore(journal)
  }

  get before(): number | undefined {
    return this.#before
  }

  note(told: number): void {
    const before = Math.min(told, lastMomentMs)
    this.#log.error('runs:forgotten', { before: new Date(before).toISOString() })
    this.#before = before
    try {
      this.#journal.set(name, String(before))
    } catch (error) {
      // The state's sequence can't be put on disk either, so that the next welcome tells it again.
      this.#log.error('runs:forgotten_unsaved', { code: toPlatenError(error).code })
    }
  }
}
