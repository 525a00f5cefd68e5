import type { Log } from './ports/log.ts'
import type { Metrics } from './ports/metrics.ts'
import type { FailureReport } from './ports/store-failure.ts'

/** Counts each failure of a store and logs it; the log has to be a quiet one, since a disk that is gone fails every write. */
export function storeFailures(log: Pick<Log, 'error'>, metrics: Pick<Metrics, 'count'>): FailureReport {
  return failure => {
    metrics.count('store_failures', failure.code)
    log.error('store:failed', { ...failure })
  }
}
