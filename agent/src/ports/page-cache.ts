/** One entry of nginx's cache on disk. */
export interface CacheEntry {
  /** The KEY line of the file: what nginx looked the page up by. */
  readonly key: string
  /** Name of the file below the cache folder. */
  readonly file: string
}

/** nginx's cache folder, read as nginx's user. The folder's content is hostile: links and odd files are passed over. */
export interface PageCache {
  /** Entries of the cache, bounded by `most`. */
  entries(most: number, signal: AbortSignal): Promise<readonly CacheEntry[]>
  /** Unlinks one entry's file; one that is gone is no error. */
  unlink(entry: CacheEntry): Promise<void>
}
