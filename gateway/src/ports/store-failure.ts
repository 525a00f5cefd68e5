import type { ErrorCode } from '@platen/protocol'

/** Something that failed inside a store, and of which its callers hear no more than a code, or nothing. */
export interface StoreFailure {
  /** What was being done: role and method, or `commit`. */
  readonly at: string
  /** What callers are told. */
  readonly code: ErrorCode
  /** What it was in truth, and where: for the log, never for a caller. */
  readonly cause: string
  /** The one job that it kept from being looked at. */
  readonly jobId?: string
}

/** Hears of failures. */
export type FailureReport = (failure: StoreFailure) => void
