import type { Bench, Budget, Figures } from './bench.ts'

/** Prints the figures for people with their budgets, then the one line for programs. */
export function report(name: string, { budgets }: Bench, figures: Figures): void {
  const rows = Object.entries(figures).map(([figure, value]) => [figure, String(value), verdict(budgets[figure], value, figures)] as const)
  const width = Math.max(...rows.map(([figure]) => figure.length)) + 2
  process.stdout.write(`\n${rows.map(([figure, value, word]) => `${figure.padEnd(width)}${value.padStart(10)}  ${word}`).join('\n')}\n`)
  process.stdout.write(`${JSON.stringify({ bench: name, figures })}\n`)
}

function verdict(budget: Budget | undefined, value: number, figures: Figures): string {
  if (!budget) return ''
  const bound = ('most' in budget ? budget.most : budget.least) * (budget.times === undefined ? 1 : (figures[budget.times] ?? Number.NaN))
  const shown = Math.round(bound * 100) / 100
  if ('most' in budget) return value <= bound ? `within ${shown}` : `OVER ${shown}`
  return value >= bound ? `at least ${shown}` : `UNDER ${shown}`
}
