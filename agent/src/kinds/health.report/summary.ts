import type { KindHealthReportResult } from '@platen/protocol'
import type { Section } from './section.ts'

type Condition = KindHealthReportResult['condition']

/** The report's judgement by its worst finding, and what an owner reads of it. */
export function judged(sections: readonly Section[]): { readonly condition: Condition; readonly summary: string } {
  const findings = sections.flatMap(section => section.findings)
  const critical = findings.filter(({ level }) => level === 'critical')
  const [worst] = critical.length > 0 ? critical : findings
  const seen = sections.filter(({ state }) => state === 'ok').length
  if (!worst)
    return { condition: 'good', summary: `All is well with the ${seen} ${seen === 1 ? 'part that was' : 'parts that were'} looked at.` }
  return { condition: critical.length > 0 ? 'critical' : 'attention', summary: sentence(worst.text, findings.length - 1) }
}

function sentence(worst: string, more: number): string {
  if (more === 0) return worst
  return `${worst.replace(/\.$/, '')}, and ${more} more ${more === 1 ? 'thing needs' : 'things need'} a look.`
}
