import type { PageRecords } from './page-records.ts'

/** What nginx keeps, as jobs tell it: each that tells all of it makes a round, after which what it did not name is let go. */
export interface KeptRounds {
  needed(jobId: string): boolean
  tell(jobId: string, urls: readonly string[], isLast: boolean): void
  /** The job tells nothing more. */
  leave(jobId: string): void
  /** There was no room for some pages: rules can't find them. */
  dropped(): void
  /** Whether there are pages that nginx may keep and nobody here knows of. */
  readonly gaps: boolean
  /** Lets a few go that were not named; true where there are more to look at. */
  sweep(): boolean
}

interface Round {
  readonly number: number
  readonly askedUs: number
  gaps: boolean
}

/** A page that was begun so long before nginx's cache was read may have been stored after that. */
const marginUs = 600_000_000
const sweepPages = 256
/** nginx lets go of pages by itself: those that it no longer has are not to be fetched at each change for ever. */
const toldForUs = 86_400_000_000

/** Rounds over these records. */
export function keptRounds(records: Pick<PageRecords, 'keep' | 'dropUnkept'>, nowUs: () => number): KeptRounds {
  const rounds = new Map<string, Round>()
  let toldUs = -Infinity
  let gaps = false
  let last = 0
  let sweeping: { readonly round: Round; readonly after: number } | undefined
  const begin = (jobId: string): Round => {
    last = Math.max(last + 1, Math.floor(nowUs() / 1_000_000))
    const round = { number: last, askedUs: nowUs(), gaps: false }
    rounds.set(jobId, round)
    return round
  }
  return {
    needed: jobId => {
      const isNeeded = Math.abs(nowUs() - toldUs) > toldForUs
      if (isNeeded) begin(jobId)
      return isNeeded
    },
    tell: (jobId, urls, isLast) => {
      const round = rounds.get(jobId) ?? begin(jobId)
      for (const url of urls) records.keep(url, round.number)
      if (!isLast) return
      rounds.delete(jobId)
      toldUs = nowUs()
      gaps = round.gaps
      sweeping = { round, after: 0 }
    },
    leave: jobId => void rounds.delete(jobId),
    dropped: () => {
      gaps = true
      // Where even what nginx keeps is too much, telling it once more would not help.
      if (rounds.size === 0) toldUs = -Infinity
      for (const round of rounds.values()) round.gaps = true
    },
    get gaps() {
      return gaps
    },
    sweep: () => {
      if (!sweeping) return false
      const { round, after } = sweeping
      const next = records.dropUnkept(after, round.number, round.askedUs - marginUs, sweepPages)
      sweeping = next === undefined ? undefined : { round, after: next }
      return sweeping !== undefined
    },
  }
}
