/** How often the store learns that a connected agent lives. */
export const seenEveryMs: number = 300_000

/** A gateway that was killed says of nobody that he went: who has not been heard of for twice as long as he is written down is away. */
export const unheardMs: number = 2 * seenEveryMs
