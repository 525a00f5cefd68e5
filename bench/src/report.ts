import type { Bench, Budget, Figures } from './bench.ts'

/** What is said of one figure. */
export interface Judged {
  readonly figure: string
  /** Absent where it was not measured. */
  readonly value: number | undefined
  /** Empty where it has no budget. */
  readonly word: string
  readonly isWithin: boolean
}

/** Prints the figures for people with their budgets, then the one line for programs; gives whether all is within budget. */
export function report(name: string, { budgets }: Bench, figures: Figures): boolean {
  const rows = judge(budgets, figures)
  const width = Math.max(...rows.map(({ figure }) => figure.length)) + 2
  const lines = rows.map(({ figure, value = '–', word }) => `${figure.padEnd(width)}${String(value).padStart(10)}  ${word}`.trimEnd())
  process.stdout.write(`\n${lines.join('\n')}\n${JSON.stringify({ bench: name, figures })}\n`)
  return rows.every(({ isWithin }) => isWithin)
}

/** Holds figures against their budgets. One with a budget that was not measured is missing, which is no better than over it. */
export function judge(budgets: Readonly<Record<string, Budget>>, figures: Figures): readonly Judged[] {
  const names = new Set([...Object.keys(figures), ...Object.keys(budgets)])
  return [...names].map(figure => {
    const budget = budgets[figure]
    const value = measured(figures, figure)
    return { figure, value, ...(budget ? verdict(budget, value, figures) : { word: '', isWithin: true }) }
  })
}

function verdict(budget: Budget, value: number | undefined, figures: Figures): Pick<Judged, 'word' | 'isWithin'> {
  const unit = budget.times === undefined ? 1 : measured(figures, budget.times)
  if (unit === undefined) return { word: `MISSING ${budget.times}`, isWithin: false }
  const bound = ('most' in budget ? budget.most : budget.least) * unit
  const shown = Math.round(bound * 100) / 100
  const good = 'most' in budget ? `within ${shown}` : `at least ${shown}`
  if (value === undefined) return { word: `MISSING, ${good} is wanted`, isWithin: false }
  const isWithin = 'most' in budget ? value <= bound : value >= bound
  return { word: isWithin ? good : `${'most' in budget ? 'OVER' : 'UNDER'} ${shown}`, isWithin }
}

/** A mean of nothing is no number. */
function measured(figures: Figures, figure: string): number | undefined {
  const value = figures[figure]
  return Number.isFinite(value) ? value : undefined
}
