/** Which pages of the site visitors asked for lately. */
export interface Visits {
  /** Visits by path and query; empty where nobody counts. What visitors sent is in it: any text that fits into a request. */
  counts(): Promise<ReadonlyMap<string, number>>
}
