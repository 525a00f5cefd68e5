import { toPlatenError } from '@platen/protocol'
import type { StoreFailure } from '../ports/store-failure.ts'

/** Enough for the words and the innermost calls. */
const mostLength = 1_500

/** What there is to tell of an error; undefined where its code says all of it, as when a rule refuses something. */
export function failureOf(at: string, error: unknown, jobId?: string): StoreFailure | undefined {
  const { code, cause } = toPlatenError(error)
  return cause === undefined ? undefined : { at, code, cause: textOf(cause), ...(jobId === undefined ? {} : { jobId }) }
}

/** A driver's own code says more than its words. */
function textOf(cause: unknown): string {
  const { code, stack } = cause as { readonly code?: unknown; readonly stack?: unknown }
  const words = typeof stack === 'string' ? stack : String(cause)
  return (typeof code === 'string' || typeof code === 'number' ? `${code}: ${words}` : words).slice(0, mostLength)
}
