import type { GatewayFrame } from '@platen/protocol'
import type { CdnRequest, CdnWish } from '../domain/cdn-queue.ts'
import type { CdnState } from '../domain/cdn-verdict.ts'

/** What is to be purged at the CDN, as jobs have it done. */
export interface CdnPurges {
  /** Takes a wish; it is on disk when this returns, but for tags where no page has any. @throws PlatenError disk.full, store.unavailable */
  want(wish: CdnWish): void
  /** What became of all that a job wanted; `pending` where that is not known in time, at once where there is no gateway to tell. */
  outcome(jobId: string, withinMs: number): Promise<CdnState>
  /** The job has ended, and its end is on record: what follows comes after it. */
  leave(jobId: string): void
}

/** The same as a connection to the gateway brings it there. Nothing throws but what the journal's reads do. */
export interface CdnOutbox {
  /**
   * A connection is open, to a gateway that takes tags or does not: it is called back when something may have come to wait. The
   * answer is for its end.
   */
  attach(wake: () => void, takesTags: boolean): () => void
  /** What is to be sent next, which is under way from now on. */
  next(): CdnRequest | undefined
  /** The gateway has left one unanswered for too long: it waits again, behind what it has not been sent. */
  giveBack(id: string): void
  /** The gateway's word; one about something that does not wait is ignored. */
  take(frame: Extract<GatewayFrame, { type: 'cdn.outcome' }>): void
}
