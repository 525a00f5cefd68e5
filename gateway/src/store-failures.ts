import { quietLog } from './link/quiet-log.ts'
import type { Clock } from './ports/clock.ts'
import type { Log } from './ports/log.ts'
import type { Metrics } from './ports/metrics.ts'
import type { FailureReport } from './ports/store-failure.ts'

/** What counts and logs failures of a store. */
export interface FailureParts {
  readonly log: Log
  readonly clock: Pick<Clock, 'now'>
  readonly metrics: Metrics
}

/** Counts each failure of a store, and logs some of them a minute: a disk that is gone fails every write. */
export function storeFailures({ log, clock, metrics }: FailureParts): FailureReport {
  const quiet = quietLog(log, clock, metrics)
  return failure => {
    metrics.count('store_failures', failure.code)
    quiet.error('store:failed', { ...failure })
  }
}
