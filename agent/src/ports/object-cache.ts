/** The site's own keys in its object cache server. */
export interface ObjectCache {
  /** Unlinks every key under the site's prefix, and no other; how many. @throws PlatenError redis.unavailable, redis.mismatch */
  flush(signal: AbortSignal): Promise<number>
}
