import type { Attacker, Tried } from './attempt.ts'

/** One attempt for people. */
export function line({ attempt, outcome, surprise }: Tried): string {
  const word = outcome.done ? `● can ${attempt}` : `✔ could not ${attempt}`
  const end = outcome.done
    ? surprise
      ? 'IT MUST NOT'
      : 'as designed'
    : surprise
      ? outcome.seen
        ? 'IT SHOULD BE ABLE TO'
        : 'WHICH PROVES NOTHING'
      : ''
  return `${word} (${outcome.by}${end === '' ? '' : `; ${end}`})`
}

/** The one line for programs. */
export function jsonLine(attacker: Attacker, all: readonly Tried[]): string {
  const done = all.filter(({ outcome }) => outcome.done).length
  const surprises = all.filter(({ surprise }) => surprise).length
  return JSON.stringify({
    bench: 'breach',
    attacker,
    figures: { attempts: all.length, refused: all.length - done, possible: done, surprises },
  })
}
