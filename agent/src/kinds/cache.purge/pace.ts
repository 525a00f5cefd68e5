/** How fast PHP takes requests for pages: it has visitors as well. */
export interface Pace {
  /** Takes down how long an answer took, and whether PHP had no time for it. */
  tell(tookMs: number, busy: boolean): void
  /** Requests at once, for now. */
  readonly atOnce: number
  /** How long to wait before the next request. */
  readonly restMs: number
  /** Answers in a row for which PHP had no time. */
  readonly busyInARow: number
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
  let busyInARow = 0
  let fastestMs = Infinity
  let meanMs: number | undefined
  return {
    tell: (tookMs, busy) => {
      busyInARow = busy ? busyInARow + 1 : 0
      const slow = tookMs > Math.max(quickMs, slowFactor * fastestMs)
      good = busy || slow ? 0 : good + 1
      if (busy) atOnce = Math.max(1, Math.floor(atOnce / 2))
      else if (slow) atOnce = Math.max(1, atOnce - 1)
      else if (good % steady === 0) atOnce = Math.min(most, atOnce + 1)
      if (busy) return
      fastestMs = Math.min(fastestMs, tookMs)
      meanMs = meanMs === undefined ? tookMs : 0.8 * meanMs + 0.2 * tookMs
    },
    get atOnce() {
      return atOnce
    },
    get restMs() {
      return busyInARow === 0 ? 0 : Math.min(mostRestMs, firstRestMs * 2 ** Math.min(busyInARow - 1, 10))
    },
    get busyInARow() {
      return busyInARow
    },
    reach: ms => Math.floor((Math.max(0, ms) / Math.max(1, meanMs ?? firstGuessMs)) * atOnce),
  }
}
