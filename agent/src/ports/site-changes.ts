/** What changed at the site, as one piece of work: all that was noted since the last piece was taken. */
export interface ChangeBatch {
  /** When the first of these changes had happened, in microseconds: visitors are to see it within seconds of that. */
  readonly sinceUs: number
  /** When the last had happened, in microseconds: a page that was begun later has them all. */
  readonly atUs: number
  /** How many they were, and the newest fifty in words. */
  readonly count: number
  readonly what: readonly string[]
  /** Every page may have changed, or more than can be named did; `urgent` and `pages` are empty then. */
  readonly everything: boolean
  /** Files of PHP may have changed with everything, and what PHP keeps compiled may be old. */
  readonly code?: true
  /** Pages that nobody may see any more: removed first, never left in place until there is a new copy. */
  readonly hidden: readonly string[]
  /** Pages made of something that nobody may see any more: removed as early, then made anew as the others. */
  readonly exposed: readonly string[]
  /** Pages with other prices or stock: the next. */
  readonly urgent: readonly string[]
  /** Tags at the CDN of pages whose own subject shows what changed; first, of what nobody may see any more. */
  readonly cdnTags: { readonly closed: readonly string[]; readonly changed: readonly string[] }
  /** The others that changed, each once: made of something that changed, or named by a rule that holds for them. */
  readonly pages: readonly string[]
}

/** The changes that the plugin noted, on their way into effect. */
export interface SiteChanges {
  /**
   * The next piece of work, or undefined where there is none. What was taken counts as done when the job that took it succeeds;
   * otherwise it comes again some time later, and what is newer does not wait for it.
   */
  take(): Promise<ChangeBatch | undefined>
  /** Whether it has to be told what nginx keeps, as after a start: until then rules find no page of which nothing was recorded. */
  needsKept(): Promise<boolean>
  /** Tells all pages that nginx keeps. Those of which nothing is recorded are under the rules from now on. */
  tellKept(urls: readonly string[]): Promise<void>
}
