/** What lab can't do, as a stable code; `hint` says what the person at the keyboard can do about it. */
export type LabErrorCode =
  | 'lab.engine_missing'
  | 'lab.engine_failed'
  | 'lab.platform_unsupported'
  | 'lab.not_root'
  | 'lab.port_in_use'
  | 'lab.no_wordpress'
  | 'lab.no_disk'
  | 'lab.command_failed'
  | 'lab.timeout'
  | 'lab.site_failed'

/** An error of the lab: code, message, and a hint that is printed below it. */
export class LabError extends Error {
  readonly code: LabErrorCode
  readonly hint: string

  constructor(code: LabErrorCode, message: string, hint: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'LabError'
    this.code = code
    this.hint = hint
  }
}

/** The error as lines for a terminal: what happened, then what to do. */
export function explain(error: unknown): string {
  if (error instanceof LabError) return `${error.message} [${error.code}]\n  what to do: ${error.hint}`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
