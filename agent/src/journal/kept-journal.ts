import { toPlatenError, type ErrorCode } from '@platen/protocol'
import type { Clock } from '../ports/clock.ts'
import type { Journal } from '../ports/journal.ts'
import type { Log } from '../ports/log.ts'
import { absentJournal } from './absent-journal.ts'
import { openJournal } from './sqlite-journal.ts'

/** What keeping a journal takes. */
export interface KeptJournalOptions {
  readonly clock: Pick<Clock, 'after'>
  readonly log: Log
  /** Only a fresh start of the process helps: the journal broke, or can be opened again. */
  readonly worn: () => void
}

/** A journal, whatever became of its file. */
export interface KeptJournal {
  readonly journal: Journal
  /** What keeps it from being opened; then it is one that takes nothing. */
  readonly problem?: ErrorCode
  /** The file that was there was broken and lies aside: what it knew is lost. */
  readonly lost: boolean
  close(): void
}

/** After a journal that could not be opened. */
const openAgainMs = 10_000

/**
 * Opens the journal; or, where disk or file system don't let it be opened, stands in for it with one that takes nothing, so
 * that the agent can still say what it suffers from, and looks again every 10 s.
 * @throws PlatenError site.locked
 */
export function keepJournal(file: string, { clock, log, worn }: KeptJournalOptions): KeptJournal {
  let isLost = false
  const lost = (aside: string): void => {
    isLost = true
    log.error('journal:lost', { aside })
  }
  const broken = (): void => {
    log.error('journal:broken', { file })
    worn()
  }
  try {
    const journal = openJournal(file, { lost, broken })
    return { journal, lost: isLost, close: () => journal.close() }
  } catch (error) {
    const problem = toPlatenError(error)
    if (problem.code !== 'disk.full' && problem.code !== 'store.unavailable') throw problem
    log.error('journal:absent', { error: problem })
    let cancel = (): void => {}
    const look = (): void => {
      if (isWell(file)) worn()
      else cancel = clock.after(openAgainMs, look)
    }
    cancel = clock.after(openAgainMs, look)
    return { journal: absentJournal(problem), problem: problem.code, lost: false, close: () => cancel() }
  }
}

/** A file that is broken by now counts as well: the fresh start moves it aside. */
function isWell(file: string): boolean {
  try {
    openJournal(file).close()
    return true
  } catch {
    // What is wrong with it was said before.
    return false
  }
}
