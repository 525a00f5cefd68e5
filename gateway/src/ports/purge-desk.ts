import type { ErrorCode } from '@platen/protocol'
import type { PurgeAsk } from '../domain/site-purges.ts'

/** What became of an ask. */
export type PurgeOutcome = { readonly outcome: 'purged' } | { readonly outcome: 'failed'; readonly code: ErrorCode }

/** Where purges at CDNs are asked for. */
export interface PurgeDesk {
  /** Settles when all of it is purged, or when it is given up; `delayed` hears once that the CDN did not take it, and why. Never rejects. */
  purge(account: string, wanted: Omit<PurgeAsk, 'id'>, delayed?: (code: ErrorCode) => void): Promise<PurgeOutcome>
}
