import type { ErrorCode } from '@platen/protocol'

/** What became of purges at the CDN, for good: the site may be at none. */
export type CdnVerdict = { readonly outcome: 'absent' | 'purged' } | { readonly outcome: 'failed'; readonly code: ErrorCode }

/** What a job is told: `kept` where it wanted nothing; `pending` where it is not over, and why. */
export type CdnState = CdnVerdict | { readonly outcome: 'kept' } | { readonly outcome: 'pending'; readonly code: ErrorCode }

const severity: Readonly<Record<CdnVerdict['outcome'], number>> = { absent: 0, purged: 1, failed: 2 }

/** The worse of two: a job of which a part failed has failed. */
export function worse(one: CdnVerdict | undefined, other: CdnVerdict): CdnVerdict {
  return one && severity[one.outcome] >= severity[other.outcome] ? one : other
}
