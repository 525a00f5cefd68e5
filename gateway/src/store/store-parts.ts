import type { FailureReport } from '../ports/store-failure.ts'
import type { MachineParts } from './job-ledger.ts'
import type { QueueBounds } from './queue-room.ts'

/** What a store is opened with. */
export interface StoreParts extends MachineParts {
  readonly report?: FailureReport
  readonly bounds?: QueueBounds
}
