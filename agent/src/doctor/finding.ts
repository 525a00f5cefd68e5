/** What a check found: `failed` keeps something from working, `weak` costs a promise, `unknown` could not be looked at. */
export interface Finding {
  readonly check: string
  readonly state: 'good' | 'weak' | 'failed' | 'unknown'
  /** What is the case, in a sentence. */
  readonly detail: string
  /** What to do about it. */
  readonly fix?: string
}

/** A finding that all is well. */
export function good(check: string, detail: string): Finding {
  return { check, state: 'good', detail }
}
