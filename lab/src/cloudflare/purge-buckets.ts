/** A published limit of Cloudflare: tokens that come back each second, and the bucket that holds them. */
export interface PublishedLimit {
  readonly perSecond: number
  readonly bucket: number
}

/** What one account may spend: a token a URL, and one a request that purges by host, prefix, tag, or everything. */
export class PurgeBuckets {
  readonly #now: () => number
  readonly #levels: Record<'urls' | 'wide', { readonly limit: PublishedLimit; tokens: number; at: number }>

  constructor(urls: PublishedLimit, wide: PublishedLimit, now: () => number) {
    this.#now = now
    const full = (limit: PublishedLimit) => ({ limit, tokens: limit.bucket, at: now() })
    this.#levels = { urls: full(urls), wide: full(wide) }
  }

  /** Takes so many, or takes none and answers in how many seconds there will be as many. */
  take(which: 'urls' | 'wide', count: number): number {
    const level = this.#levels[which]
    const now = this.#now()
    level.tokens = Math.min(level.limit.bucket, level.tokens + ((now - level.at) * level.limit.perSecond) / 1_000)
    level.at = now
    if (level.tokens < count) return Math.ceil((count - level.tokens) / level.limit.perSecond)
    level.tokens -= count
    return 0
  }
}
