import type { CdnLimits } from '../domain/cdn-limits.ts'
import type { PurgeWhat } from '../domain/site-purges.ts'

/** What came of a request: it may be asked for again after so long, or never as it is. */
export type CdnAnswer =
  | { readonly outcome: 'purged' }
  | { readonly outcome: 'limited'; readonly afterMs: number }
  | { readonly outcome: 'failed'; readonly code: 'cdn.unavailable' | 'cdn.denied' | 'cdn.refused'; readonly again: boolean }

/** One account at a CDN: a credential, and what it may ask for. */
export interface Cdn {
  readonly limits: CdnLimits
  /** Never rejects: what went wrong is an answer. */
  purge(zone: string, what: PurgeWhat): Promise<CdnAnswer>
}
