import type { Effect } from './run.ts'

/** The steps of a run as they were journaled. */
export interface StepCount {
  readonly begun: number
  readonly ended: number
}

/**
 * What a run that did not succeed did to the site: nothing where no step had begun, a part of it where every step that
 * began had ended too, and otherwise nobody knows.
 */
export function effectOf({ begun, ended }: StepCount): Exclude<Effect, 'applied'> {
  if (begun === 0) return 'none'
  return ended >= begun ? 'partial' : 'unknown'
}
