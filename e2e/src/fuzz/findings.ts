import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Something that must not be. */
export interface Finding {
  /** The decoder, or the attack. */
  readonly where: string
  readonly kind: 'crash' | 'hang' | 'pollution' | 'leak' | 'internal' | 'harm'
  readonly detail: string
  /** What brought it about. */
  readonly input?: string | Buffer
}

/** All that a run found; each is said at once, and its input kept in a file. */
export class Findings {
  readonly all: Finding[] = []
  readonly #folder: string
  readonly #say: (text: string) => void

  /** Files go to `folder`. */
  constructor(folder: string, say: (text: string) => void) {
    this.#folder = folder
    this.#say = say
  }

  add(finding: Finding): void {
    this.all.push(finding)
    const { where, kind, detail, input } = finding
    const file = join(this.#folder, `${this.all.length}-${where.replaceAll(/\W+/g, '-').slice(0, 60)}.input`)
    if (input !== undefined) writeFileSync(file, input)
    this.#say(`✖ ${kind} in ${where}: ${detail}${input === undefined ? '' : `\n  the input is in ${file}`}`)
  }

  count(...kinds: readonly Finding['kind'][]): number {
    return this.all.filter(({ kind }) => kinds.includes(kind)).length
  }
}
