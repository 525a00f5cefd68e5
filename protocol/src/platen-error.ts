import { errorRow, type ErrorCode } from './errors.ts'

/** What an error may add to its code. */
export interface ErrorDetails {
  /** The field, URL or file that the error is about. */
  readonly field?: string
  /** In how many milliseconds the same may succeed. */
  readonly retryAfterMs?: number
  readonly cause?: unknown
}

/** An error of the table. Callers branch on `code`, never on the message. */
export class PlatenError extends Error {
  readonly code: ErrorCode
  readonly field: string | undefined
  readonly retryAfterMs: number | undefined

  constructor(code: ErrorCode, detail?: string, details: ErrorDetails = {}) {
    const { meaning } = errorRow(code)
    super(detail ? `${meaning} ${detail}` : meaning, { cause: details.cause })
    this.name = 'PlatenError'
    this.code = code
    this.field = details.field
    this.retryAfterMs = details.retryAfterMs
  }
}

/** An error as another process told it: the message is whole already, meaning included. */
export function toldError(code: ErrorCode, message: string, details: ErrorDetails = {}): PlatenError {
  const error = new PlatenError(code, undefined, details)
  error.message = message
  return error
}

/** Any thrown value as an error of the table: what is not one already becomes `internal`. */
export function toPlatenError(error: unknown): PlatenError {
  return error instanceof PlatenError ? error : new PlatenError('internal', undefined, { cause: error })
}
