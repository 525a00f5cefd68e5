import type { Bill } from './run.ts'

/** What counts of a run. */
export type Cost = Pick<Bill, 'cpuMs' | 'writtenBytes'>

/** What heavy jobs have taken on one day of the site. */
export interface DayUsage {
  /** Such as `2026-11-27`. */
  readonly day: string
  readonly cpuMs: number
  readonly diskBytes: number
}

const dayMs = 86_400_000

/**
 * What counts today of what was noted last. A note of tomorrow still counts: the clock was set back a little, or the site
 * moved to a time zone further west, and neither is to give the day a second allowance. One from further ahead is of a clock
 * that was wrong.
 */
export function usageOn(day: string, noted: DayUsage | undefined): DayUsage {
  const aheadMs = noted ? Date.parse(noted.day) - Date.parse(day) : -1
  return noted && aheadMs >= 0 && aheadMs <= dayMs ? noted : { day, cpuMs: 0, diskBytes: 0 }
}

/** With so much more. */
export function withCost({ day, cpuMs, diskBytes }: DayUsage, more: Cost): DayUsage {
  return { day, cpuMs: cpuMs + more.cpuMs, diskBytes: diskBytes + more.writtenBytes }
}
