/** How one word is damped that changes while pages are made. Times are in microseconds. */
export interface Damping {
  /** How long it is held back from its last purge on. */
  readonly waitUs: number
  readonly untilUs: number
  /** Whether it has changed meanwhile: it is due at `untilUs`. */
  readonly held: boolean
}

/** The first wait is longer than it takes to make the pages of a purge anew. */
const firstUs = 60_000_000
const factor = 4
/** The longest wait: a page that visitors are given may be so much behind what such pages themselves have changed. */
export const longestUs = 86_400_000_000

/**
 * A word changed while a page was made. It goes on at once where that is rare, since it may be a change like any other. Where it
 * changes again and again, it waits longer each time; and as long as there is at once where the page was made anew by the agent:
 * a word that the re-render itself changes is another one in any two renders, and no purge would catch up with it.
 */
export function changedInView(known: Damping | undefined, isRefresh: boolean, nowUs: number): Damping & { readonly passes: boolean } {
  if (!known || isOver(known, nowUs)) return { ...purged(firstUs, nowUs), passes: true }
  if (isRefresh && known.waitUs < longestUs) return { waitUs: longestUs, untilUs: nowUs + longestUs, held: true, passes: false }
  if (known.held || nowUs <= endOf(known, nowUs)) return { ...known, untilUs: endOf(known, nowUs), held: true, passes: false }
  return { ...purgedAgain(known, nowUs), passes: true }
}

/** A word that was held back is purged at last. */
export function purgedAgain({ waitUs }: Damping, nowUs: number): Damping {
  return purged(Math.min(waitUs * factor, longestUs), nowUs)
}

/** Whether a word has been quiet for so long that nothing has to be known of it any more. */
export function isOver(known: Damping, nowUs: number): boolean {
  return !known.held && nowUs > endOf(known, nowUs) + known.waitUs
}

function purged(waitUs: number, nowUs: number): Damping {
  return { waitUs, untilUs: nowUs + waitUs, held: false }
}

/** Somebody may have set the clock back. */
function endOf({ untilUs, waitUs }: Damping, nowUs: number): number {
  return Math.min(untilUs, nowUs + waitUs)
}
