import type { Field } from './field.ts'

/** What an attacker holds: that component's keys, its database and its shell. */
export const attackers = ['gateway', 'agent', 'plugin', 'neighbour'] as const
export type Attacker = (typeof attackers)[number]

/** What came of an attempt. */
export interface Outcome {
  /** Whether the attacker got what was tried for. */
  readonly done: boolean
  /** What stood in the way: a code of the error table, a close code, or the system's own word. Or what was got. */
  readonly by: string
}

/** One thing that an attacker tries. */
export interface Attempt {
  readonly attacker: Attacker
  /** What is tried, beginning with a verb. */
  readonly attempt: string
  /** `possible` is what the design lets this attacker do; it is tried as well, so that the table is true. */
  readonly expected: 'refused' | 'possible'
  run(field: Field): Promise<Outcome>
}

/** An attempt with what came of it. */
export interface Tried extends Pick<Attempt, 'attacker' | 'attempt' | 'expected'> {
  readonly outcome: Outcome
  /** It came otherwise than it had to. */
  readonly surprise: boolean
}

type Row = readonly [attempt: string, run: Attempt['run']]

/** Attempts that have to fail. */
export function refused(attacker: Attacker, rows: readonly Row[]): Attempt[] {
  return rows.map(([attempt, run]) => ({ attacker, attempt, expected: 'refused', run }))
}

/** Attempts that succeed, as the design has it. */
export function possible(attacker: Attacker, rows: readonly Row[]): Attempt[] {
  return rows.map(([attempt, run]) => ({ attacker, attempt, expected: 'possible', run }))
}

/** It stood in the way. */
export function stopped(by: string | number | undefined): Outcome {
  return { done: false, by: by === undefined ? 'nothing came of it' : String(by) }
}

/** The attacker got it. */
export function got(by: string): Outcome {
  return { done: true, by }
}
