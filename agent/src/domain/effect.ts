import type { Effect } from './run.ts'

/** What doing a step twice would mean; see docs/jobs.md. */
export type StepKind = 'idempotent' | 'journaled transaction' | 'not repeatable'

/** A step that was journaled to begin. */
export interface BegunStep {
  readonly name: string
  readonly kind: string
}

/** The steps of a run as they were journaled. */
export interface StepTally {
  readonly begun: number
  /** Of these, the ones that must not be done twice. A kind that is not known is taken for such a one. */
  readonly notRepeatable: number
}

/**
 * What a run that did not succeed did to the site: nothing where no step had begun; nobody knows where one had begun that is
 * not repeatable; and otherwise a part of it, which doing the job again completes. That such a step has ended would change
 * nothing: `partial` invites another try, which would do it a second time.
 */
export function effectOf({ begun, notRepeatable }: StepTally): Exclude<Effect, 'applied'> {
  if (begun === 0) return 'none'
  return notRepeatable > 0 ? 'unknown' : 'partial'
}

/** Counts steps. */
export function tally(steps: readonly BegunStep[]): StepTally {
  return { begun: steps.length, notRepeatable: steps.filter(({ kind }) => !isRepeatable(kind)).length }
}

/** Whether a step may be done again after it may have been done. */
export function isRepeatable(kind: string): boolean {
  return kind === 'idempotent' || kind === 'journaled transaction'
}
