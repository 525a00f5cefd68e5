import type { Work, Workers, WorkListener, WorkOrder, WorkOutcome } from '../../src/ports/workers.ts'

/** A worker that was asked for. */
export interface Started {
  readonly order: WorkOrder
  readonly listener: WorkListener
  readonly end: (outcome: WorkOutcome) => void
  cancelled?: string
}

/** Workers whose ends the test decides. */
export class HandWorkers implements Workers {
  readonly started: Started[] = []
  start(order: WorkOrder, listener: WorkListener): Work {
    const { promise: done, resolve: end } = Promise.withResolvers<WorkOutcome>()
    const started: Started = { order, listener, end }
    this.started.push(started)
    return {
      done,
      cancel: reason => {
        started.cancelled = reason
      },
    }
  }
  async close(): Promise<void> {
    await Promise.resolve()
  }
}
