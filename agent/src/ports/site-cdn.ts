import type { CdnWhat } from '../domain/cdn-queue.ts'
import type { CdnState } from '../domain/cdn-verdict.ts'

/** The CDN in front of the site, which the gateway purges. */
export interface SiteCdn {
  /** Asks for a purge; it will be done, whatever happens to job, agent or gateway. @throws PlatenError disk.full, store.unavailable */
  want(what: CdnWhat, urgent: boolean): Promise<void>
  /** What became of all that was asked for; `pending` where that is not known in time. */
  outcome(withinMs: number): Promise<CdnState>
}
