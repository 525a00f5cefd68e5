import type { Clock } from './ports/clock.ts'
import type { Log } from './ports/log.ts'
import type { Store } from './ports/store.ts'

/** What the clean-up of ended jobs needs. */
export interface RetentionParts {
  readonly jobs: Pick<Store['jobs'], 'forget'>
  readonly clock: Clock
  readonly log: Log
}

const everyMs = 60_000
/** Jobs that go in one commit, so that nobody waits for a long one. */
const atOnce = 500

/** Removes jobs that ended longer than `keepMs` ago, with their events, a minute at a time; the answer ends that. */
export function startRetention({ jobs, clock, log }: RetentionParts, keepMs: number): () => void {
  let stopped = false
  let takeBack = (): void => {}
  const later = (ms: number): void => {
    if (!stopped) takeBack = clock.after(ms, () => void cleanUp())
  }
  const cleanUp = async (): Promise<void> => {
    try {
      const gone = await jobs.forget(clock.now() - keepMs, atOnce)
      if (gone > 0) log.info('retention:forgot', { jobs: gone })
      later(gone === atOnce ? 0 : everyMs)
    } catch (error) {
      log.error('retention:failed', { error })
      later(everyMs)
    }
  }
  later(everyMs)
  return () => {
    stopped = true
    takeBack()
  }
}
