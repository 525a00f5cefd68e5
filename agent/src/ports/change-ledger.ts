import type { ChangeBatch } from './site-changes.ts'

/** Changes as the main process keeps them, until the job that took them has succeeded. Methods throw as the journal's do. */
export interface ChangeLedger {
  /** Whether there is something that no job has taken, besides what has failed and was not released since. */
  pending(): boolean
  /** The next piece of work for a job, or undefined where there is none. */
  take(jobId: string): ChangeBatch | undefined
  /** The job is over: what it took is done, or has failed, and comes again once it is released. */
  settle(jobId: string, succeeded: boolean): void
  /** Gives what has failed to jobs again. */
  release(): void
  /** As SiteChanges has it; the job that is answered yes is expected to tell. */
  needsKept(jobId: string): boolean
  /** Some of the pages that nginx keeps; with `isLast` these and all that the job told before are all of them. */
  tellKept(jobId: string, urls: readonly string[], isLast: boolean): void
}
