import type { Cost } from '../domain/day-usage.ts'
import type { Bill, ChildOutcome, ChildRequest } from '../domain/run.ts'
import type { ErrorCode, WorkerRole } from '@platen/protocol'

/** A job for a worker process. */
export interface WorkOrder {
  readonly jobId: string
  readonly kind: string
  readonly attempt: number
  readonly input: unknown
  readonly role: WorkerRole
  /** Whether visitors wait for it. */
  readonly prompt: boolean
  readonly runMs: number
  readonly child?: ChildOutcome
}

/** What a worker reports while it runs. */
export interface WorkListener {
  progress(done: number, total: number, note: string): void
  /** Journals that a step begins; false where that failed, and then the worker does not begin it. */
  step(name: string, kind: string): boolean
  /** What the worker has used so far, as it was seen from outside. */
  used(cost: Cost): void
}

/** What a worker ended with. */
export type WorkOutcome =
  | { readonly outcome: 'waiting'; readonly effect: 'none' | 'applied' | 'partial'; readonly child: ChildRequest; readonly bill: Bill }
  | { readonly outcome: 'succeeded'; readonly effect: 'none' | 'applied' | 'partial'; readonly result: unknown; readonly bill: Bill }
  | {
      readonly outcome: 'failed'
      readonly effect: 'none' | 'applied' | 'partial' | 'unknown'
      readonly error: { readonly code: ErrorCode; readonly message: string }
      /** What was done and seen all the same. */
      readonly result?: unknown
      readonly bill: Bill
    }
  | { readonly outcome: 'cancelled'; readonly effect: 'none' | 'applied' | 'partial' | 'unknown'; readonly bill: Bill }

/** A job that is being carried out. */
export interface Work {
  readonly done: Promise<WorkOutcome>
  /** Asks the worker to stop, then makes it. */
  cancel(reason: string): void
}

/** Child processes with the rights of a role, low priority and a memory cap: one a job, gone when the job is. */
export interface Workers {
  start(order: WorkOrder, listener: WorkListener): Work
  /** Ends all of them. */
  close(): Promise<void>
}
