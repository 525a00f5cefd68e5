/** What every bench may be told. */
export interface BenchOptions {
  /** Length of the measured stretch, where a bench has one. */
  readonly minutes: number
  /** Jobs, where a bench runs jobs and more or fewer than usual are wanted. */
  readonly jobs?: number
  /** Agents or connections, where a bench has them and more or fewer than usual are wanted. */
  readonly agents?: number
  /** The site's WordPress. */
  readonly wordpress: string
  /** Rows of a matrix, where a bench has one and not all are wanted. */
  readonly rows?: readonly string[]
  /** Parts of a bench, where it has several and not all are wanted; what the others measure is missing then. */
  readonly parts?: readonly string[]
  /** Who purges the page cache: Platen, or a peer. */
  readonly purger?: string
  /** Whether nginx keeps answers of status 200 alone. */
  readonly onlyGood?: boolean
}

/** Measured values by name; names carry their unit. */
export type Figures = Readonly<Record<string, number>>

/** Highest or lowest value that is within budget: a number, or so many times another figure of the same run. */
export type Budget = ({ readonly most: number } | { readonly least: number }) & { readonly times?: string }

/** A benchmark. */
export interface Bench {
  readonly description: string
  /** Minutes where none are asked for; default: 10. */
  readonly minutes?: number
  /** What is within budget, by figure. */
  readonly budgets: Readonly<Record<string, Budget>>
  run(options: BenchOptions): Promise<Figures>
}
