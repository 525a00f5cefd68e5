/** What every bench may be told. */
export interface BenchOptions {
  /** Length of the measured stretch, where a bench has one. */
  readonly minutes: number
  /** Jobs of each kind, where a bench runs jobs. */
  readonly jobs: number
  /** The site's WordPress. */
  readonly wordpress: string
}

/** Measured values by name; names carry their unit. */
export type Figures = Readonly<Record<string, number>>

/** A benchmark. */
export interface Bench {
  readonly description: string
  /** Highest (`most`) or lowest (`least`) value that is within budget, by figure. */
  readonly budgets: Readonly<Record<string, { readonly most: number } | { readonly least: number }>>
  run(options: BenchOptions): Promise<Figures>
}
