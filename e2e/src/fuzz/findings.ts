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
  /** The number of a decoder's input: it is made anew from it and the seed. */
  readonly number?: number
}

/** All that a run found; each is said at once, and its input kept in a file. */
export class Findings {
  readonly all: Finding[] = []
  readonly #seed: number
  readonly #folder: string
  readonly #say: (text: string) => void

  /** Files go to `folder`. */
  constructor(seed: number, folder: string, say: (text: string) => void) {
    this.#seed = seed
    this.#folder = folder
    this.#say = say
  }

  add(finding: Finding): void {
    this.all.push(finding)
    const { where, input } = finding
    const file = join(this.#folder, `${this.all.length}-${where.replaceAll(/\W+/g, '-').slice(0, 60)}.input`)
    if (input !== undefined) writeFileSync(file, input)
    this.#say(findingText(finding, this.#seed, input === undefined ? undefined : file))
  }

  count(...kinds: readonly Finding['kind'][]): number {
    return this.all.filter(({ kind }) => kinds.includes(kind)).length
  }
}

/** A finding with all that it takes to see it again. Processes that are attacked answer when they please: a live one comes again most of the time. */
export function findingText({ where, kind, detail, number }: Finding, seed: number, file?: string): string {
  const again = `npx pnpm fuzz --seed ${seed}${number === undefined ? '' : ` --input ${number}`}`
  return [`✖ ${kind} in ${where}: ${detail}`, ...(file === undefined ? [] : [`  the input is in ${file}`]), `  again: ${again}`].join('\n')
}
