/** What became of a request: answered, refused because PHP had no time, or given up while PHP was still at it. */
export type Outcome = 'answered' | 'refused' | 'given up'

/** How fast PHP takes requests for pages: it has visitors as well. */
export interface Pace {
  /** Takes down how long a request took, and what became of it. */
  tell(tookMs: number, outcome: Outcome): void
  /** How many requests may be under way now: fewer while PHP is slow, more again when it is not. */
  readonly atOnce: number
  /** How long to wait before the next request. */
  readonly restMs: number
  /** Answers in a row that said that PHP had no time. */
  readonly refusedInARow: number
  /** Pages that can be had in so long. */
  reach(ms: number): number
}

/** What a page takes before anything is known. */
const firstGuessMs = 100
/** An answer that took longer than this many of the fastest waited in PHP-FPM's queue. */
const slowFactor = 4
/** … but a quick site may take so long at any time. */
const quickMs = 200
/** Good answers in a row until one more request is tried. */
const steady = 8
const firstRestMs = 250
const mostRestMs = 4_000

/** Begins at the most, and goes down while answers are slow or refused. */
export function createPace(most: number): Pace {
  let atOnce = most
  let good = 0
  /** Refused or given up: what was given up is still PHP's work. */
  let failedInARow = 0
  let refusedInARow = 0
  let fastestMs = Infinity
  let meanMs: number | undefined
  return {
    tell: (tookMs, outcome) => {
      const answered = outcome === 'answered'
      refusedInARow = answered ? 0 : refusedInARow + (outcome === 'refused' ? 1 : 0)
      failedInARow = answered ? 0 : failedInARow + 1
      const slow = tookMs > Math.max(quickMs, slowFactor * fastestMs)
      good = answered && !slow ? good + 1 : 0
      if (!answered) atOnce = Math.max(1, Math.floor(atOnce / 2))
      else if (slow) atOnce = Math.max(1, atOnce - 1)
      else if (good % steady === 0) atOnce = Math.min(most, atOnce + 1)
      if (!answered) return
      fastestMs = Math.min(fastestMs, tookMs)
      meanMs = meanMs === undefined ? tookMs : 0.8 * meanMs + 0.2 * tookMs
    },
    get atOnce() {
      return atOnce
    },
    get restMs() {
      return failedInARow === 0 ? 0 : Math.min(mostRestMs, firstRestMs * 2 ** Math.min(failedInARow - 1, 10))
    },
    get refusedInARow() {
      return refusedInARow
    },
    reach: ms => Math.floor((Math.max(0, ms) / Math.max(1, meanMs ?? firstGuessMs)) * atOnce),
  }
}
