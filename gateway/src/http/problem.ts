import { errorRow, PlatenError, toPlatenError, type ErrorCode } from '@platen/protocol'

/** An error as RFC 9457 has it, with our code, hint and field. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail?: string
  readonly code: ErrorCode
  readonly hint: string
  readonly field?: string
}

/** Any thrown value as a problem document. What is no error of the table keeps its words to itself. */
export function problemOf(error: unknown): Problem {
  const known = fromLibrary(error) ?? toPlatenError(error)
  const { status, meaning, hint } = errorRow(known.code)
  return {
    type: `https://platen.invalid/errors#${known.code}`,
    title: meaning,
    status,
    ...(known.message === meaning ? {} : { detail: known.message }),
    code: known.code,
    hint,
    ...(known.field === undefined ? {} : { field: known.field }),
  }
}

/** What Fastify itself refuses: bodies that are too long or no JSON, and what breaks a route's schema. */
function fromLibrary(error: unknown): PlatenError | undefined {
  const { code, statusCode, validation } = (error ?? {}) as {
    code?: unknown
    statusCode?: unknown
    validation?: { instancePath: string; message?: string }[]
  }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new PlatenError('input.too_large')
  const [first] = validation ?? []
  if (first) {
    const field = first.instancePath.slice(1).replaceAll('/', '.') || 'body'
    return new PlatenError('input.invalid', `${field}: ${first.message ?? 'is wrong'}`, { field })
  }
  // Whoever went away in the middle of a word, or wrote what is no JSON: the fault is the caller's by the library's own status.
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500)
    return new PlatenError('input.invalid', 'The body is not JSON, or not whole.', { field: 'body' })
  return undefined
}
