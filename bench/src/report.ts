import type { Bench, Figures } from './bench.ts'

/** Prints the figures for people with their budgets, then the one line for programs. */
export function report(name: string, { budgets }: Bench, figures: Figures): void {
  const rows = Object.entries(figures).map(([figure, value]) => [figure, String(value), verdict(budgets[figure], value)] as const)
  const width = Math.max(...rows.map(([figure]) => figure.length)) + 2
  process.stdout.write(`\n${rows.map(([figure, value, word]) => `${figure.padEnd(width)}${value.padStart(10)}  ${word}`).join('\n')}\n`)
  process.stdout.write(`${JSON.stringify({ bench: name, figures })}\n`)
}

function verdict(budget: Bench['budgets'][string] | undefined, value: number): string {
  if (!budget) return ''
  if ('most' in budget) return value <= budget.most ? `within ${budget.most}` : `OVER ${budget.most}`
  return value >= budget.least ? `at least ${budget.least}` : `UNDER ${budget.least}`
}
