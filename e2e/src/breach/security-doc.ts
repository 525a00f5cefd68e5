import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Attacker, Tried } from './attempt.ts'

/** The document whose tables the drills write. */
export const securityDoc: string = join(import.meta.dirname, '..', '..', '..', 'docs', 'security.md')

/** What the drills found about an attacker, as Markdown. */
export function table(all: readonly Tried[]): string {
  const rows = all.map(
    ({ attempt, outcome }) =>
      `| ${attempt} | ${outcome.done ? '**yes**, as designed' : 'no'} | ${outcome.done ? outcome.by : `\`${outcome.by}\``} |`,
  )
  return ['| it tries to | can it | since |', '|---|---|---|', ...rows].join('\n')
}

/** The part of a document that is an attacker's. */
export function partOf(text: string, attacker: Attacker): string {
  return pattern(attacker).exec(text)?.[1] ?? ''
}

/** Puts an attacker's table into the document. */
export function writePart(attacker: Attacker, all: readonly Tried[]): void {
  const text = readFileSync(securityDoc, 'utf8')
  writeFileSync(
    securityDoc,
    text.replace(pattern(attacker), () => `<!-- breach ${attacker} -->\n${table(all)}\n<!-- /breach -->`),
  )
}

function pattern(attacker: Attacker): RegExp {
  return new RegExp(`<!-- breach ${attacker} -->\n([^]*?)\n?<!-- /breach -->`)
}
