import { isErrorCode } from '@platen/protocol'
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
  /** Whether something was seen to stand in the way. Silence is none: nobody may have been there. */
  readonly seen: boolean
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
  /** It came otherwise than it had to, or nobody can say how it came. */
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

/** What the system says to whoever may not, and to nobody else: ENOENT and ECONNREFUSED, for two, say that nothing was there. */
const systemRefusals: readonly string[] = ['EACCES', 'EPERM']

/**
 * It stood in the way, as far as that can be told by its word: a code of the error table, or several, a close code, or a
 * refusal of the system's. Anything else may be said by an empty place.
 */
export function stopped(by: string | number | undefined): Outcome {
  const word = by === undefined ? 'nothing came of it' : String(by)
  const seen = word.split(', ').every(code => isErrorCode(code) && code !== 'internal') || /^closed (?:1009|4\d{3})$/.test(word)
  return { done: false, by: word, seen: seen || systemRefusals.includes(word) }
}

/** It stood in the way, which the drill has seen with its own eyes: `how` is a sentence. */
export function held(how: string): Outcome {
  return { done: false, by: how, seen: true }
}

/** The attacker got it. */
export function got(by: string): Outcome {
  return { done: true, by, seen: true }
}

/** An attempt with what came of it. One that nothing was seen to refuse proves nothing, and is as bad as one that succeeded. */
export function judged({ attacker, attempt, expected }: Attempt, outcome: Outcome): Tried {
  return { attacker, attempt, expected, outcome, surprise: !outcome.seen || outcome.done !== (expected === 'possible') }
}
