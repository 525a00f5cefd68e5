/** A rate with a burst. */
export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

/**
 * A token bucket. Each call takes one token and answers 0, or answers in how many milliseconds there will be one. `now`
 * is in milliseconds.
 */
export function tokenBucket({ perSecond, burst }: Rate, now: () => number): () => number {
  let tokens = burst
  let filledAt = now()
  return () => {
    const at = now()
    tokens = Math.min(burst, tokens + (Math.max(0, at - filledAt) * perSecond) / 1_000)
    filledAt = at
    if (tokens < 1) return Math.ceil(((1 - tokens) * 1_000) / perSecond)
    tokens -= 1
    return 0
  }
}
