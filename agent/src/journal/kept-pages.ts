import { toPlatenError } from '@platen/protocol'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import { openPageIndex, type PageIndex } from './page-index.ts'

/** What keeping an index takes. */
export interface KeptPagesOptions {
  readonly caches: boolean
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly log: Log
  /** Only a fresh start of the process helps: the index broke, or can be opened again. */
  readonly worn: () => void
}

/** After an index that could not be opened. */
const openAgainMs = 60_000

/**
 * Opens the index of pages; undefined where disk or file system don't let it be opened, and then looks again every minute.
 * Changes wait in the spool meanwhile.
 */
export function keepPages(file: string, { caches, clock, log, worn }: KeptPagesOptions): PageIndex | undefined {
  const open = (): PageIndex =>
    openPageIndex(file, {
      caches,
      now: () => clock.now(),
      lost: aside => log.error('pages:lost', { aside }),
      broken: () => {
        log.error('pages:broken', { file })
        worn()
      },
    })
  const look = (): void => {
    try {
      open().close()
    } catch {
      // What is wrong with it was said before.
      return void clock.after(openAgainMs, look)
    }
    worn()
  }
  try {
    return open()
  } catch (error) {
    log.error('pages:absent', { error: toPlatenError(error) })
    clock.after(openAgainMs, look)
    return undefined
  }
}
