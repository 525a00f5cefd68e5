import type { Figures } from '../bench.ts'
import { percentile } from '../percentile.ts'

/** When something happened on a change's way to visitors, in milliseconds since 1970; undefined where that can't be told. */
export interface Moments {
  /** The event: WordPress has the change in the database and out of its object cache, so that every page made from now on has it. */
  readonly eventAt: number
  /** The plugin's line says that it was written. */
  readonly notedAt: number | undefined
  /** The agent has read the line and made a job of it. */
  readonly jobAt: number | undefined
  /** PHP began to make the post's page anew, by the word of the copy. */
  readonly renderAt: number | undefined
  /** The agent has proven the first changed page and the front page new, by the word of its receipt. */
  readonly provenAt: number | undefined
  /** A visitor has got the new post and the new front page. */
  readonly freshAt: number
  /** No copy of any page that changed was old. */
  readonly allFreshAt: number
}

/** The figures of some updates: from the event to each moment. */
export function momentFigures(updates: readonly Moments[]): Figures {
  const since = (moment: (update: Moments) => number | undefined, of: number): number =>
    percentile(
      updates.flatMap(update => {
        const at = moment(update)
        return at === undefined ? [] : [Math.max(0, at - update.eventAt)]
      }),
      of,
    )
  return {
    freshP50Ms: since(update => update.freshAt, 50),
    freshP95Ms: since(update => update.freshAt, 95),
    allFreshP50Ms: since(update => update.allFreshAt, 50),
    allFreshP95Ms: since(update => update.allFreshAt, 95),
    eventToNotedP50Ms: since(update => update.notedAt, 50),
    eventToJobP50Ms: since(update => update.jobAt, 50),
    eventToRenderP50Ms: since(update => update.renderAt, 50),
    eventToProvenP50Ms: since(update => update.provenAt, 50),
  }
}
