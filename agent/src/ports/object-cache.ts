/** The site's own keys in its object cache server. */
export interface ObjectCache {
  /** Unlinks every key under the site's prefix, and no other; how many. @throws PlatenError redis.unavailable */
  flush(signal: AbortSignal): Promise<number>
  /** Comes back where the server answers. @throws PlatenError redis.unavailable */
  reach(signal: AbortSignal): Promise<void>
}
