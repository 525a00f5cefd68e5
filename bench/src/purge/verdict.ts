import type { Answer } from './answer.ts'
import type { Sameness } from './sameness.ts'

/** A page before a change, some seconds after it, and what it should be then. */
export interface Sighting {
  readonly path: string
  /** What nginx kept before; undefined where it keeps nothing of this page. */
  readonly copy: Answer | undefined
  /** What nginx keeps since. */
  readonly kept: Answer
  /** What PHP made of it before and after. */
  readonly before: Answer
  readonly after: Answer
}

/** What became of a page. */
export interface Verdict {
  readonly path: string
  readonly changed: boolean
  readonly stale: boolean
  readonly purged: boolean
  /** Another each time it is made: nothing can be said. */
  readonly unsteady: boolean
}

/** Judges a page. A page of which nothing was kept can't be purged, and its change is nobody's work. */
export async function judge({ path, copy, kept, before, after }: Sighting, same: Sameness): Promise<Verdict> {
  const isKept = kept.cache === 'HIT'
  const unchanged = await same(path, before, after)
  const fresh = isKept ? await same(path, kept, after) : true
  if (unchanged === undefined || fresh === undefined) return { path, changed: false, stale: false, purged: false, unsteady: true }
  return {
    path,
    changed: copy !== undefined && !unchanged,
    stale: !fresh,
    purged: copy !== undefined && (!isKept || kept.made !== copy.made),
    unsteady: false,
  }
}
