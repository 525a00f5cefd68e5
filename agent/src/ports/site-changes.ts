/** What changed at the site, as one piece of work: everything that was noted since the last piece was taken. */
export interface ChangeBatch {
  /** When the last of these changes had happened, in microseconds: a page that was begun later has them all. */
  readonly atUs: number
  /** When the first was noted, in microseconds: visitors are to see it within seconds of that. */
  readonly sinceUs: number
  /** In words, for the receipt; the newest `limits`-bounded few, and how many there were in all. */
  readonly what: readonly string[]
  readonly count: number
  /** Everything may have changed; `pages` is empty then. */
  readonly everything: boolean
  /** Pages that nobody may see any more: removed first. */
  readonly hidden: readonly string[]
  /** Pages that were made of what changed, and those that the rules name: exact URLs. */
  readonly pages: readonly string[]
  /** Beginnings of URLs that the rules name, for kept pages of which nothing is recorded, or not all. */
  readonly trees: readonly string[]
  /** Of the pages under `trees`, those that tags tell all about: the rules don't hold for them. */
  readonly known: readonly string[]
}

/** The changes that the plugin noted, on their way into effect. */
export interface SiteChanges {
  /**
   * The next piece of work, or undefined where there is none. What was taken counts as done when the job that took it succeeds;
   * otherwise it comes again, with what came meanwhile.
   */
  take(): Promise<ChangeBatch | undefined>
}
