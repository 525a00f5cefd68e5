/** One entry of nginx's cache on disk. */
export interface CacheEntry {
  /** The KEY line of the file: what nginx looked the page up by. */
  readonly key: string
  /** Name of the file below the cache folder. */
  readonly file: string
}

/** An entry as it was when it was looked at. */
export interface KeptEntry extends CacheEntry {
  /** The page varies by headers of the request: nginx keeps more entries of this key, under names that nobody else can tell. */
  readonly varies: boolean
  /** When PHP began to make it, in microseconds, by the plugin's word. */
  readonly madeUs?: number
  /** Another one when nginx has put a new copy in its place. */
  readonly copy: string
}

/** nginx's cache folder, read as nginx's user. The folder's content is hostile: links and odd files are passed over. */
export interface PageCache {
  /**
   * All entries of the cache, in portions of a thousand at most: each file is read, which takes seconds where there are a hundred
   * thousand. What is forgotten meanwhile is no hindrance; what nginx stores meanwhile may be among them.
   */
  entries(signal: AbortSignal): AsyncIterable<readonly KeptEntry[]>
  /** What is kept in this file under this key now, if anything. */
  look(entry: CacheEntry): Promise<KeptEntry | undefined>
  /** Makes nginx forget entries; those that are gone are no error. It is cheapest where they are in the order of their files. Those that were there. */
  forget(entries: readonly CacheEntry[], signal: AbortSignal): Promise<readonly KeptEntry[]>
}
