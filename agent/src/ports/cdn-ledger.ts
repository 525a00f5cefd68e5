import type { CdnRequest, CdnWish, QueueRules } from '../domain/cdn-queue.ts'
import type { CdnVerdict } from '../domain/cdn-verdict.ts'
import type { Receipts } from './receipts.ts'

/** What the gateway said of a request, and who hears of it. */
export interface CdnSettlement {
  readonly id: string
  readonly verdict: CdnVerdict
  /** Jobs that still run hear of it themselves; for the others it is noted once nothing of them waits any more. */
  readonly isLive: (jobId: string) => boolean
  /** Nothing is noted of what everybody knows. */
  readonly isNews: boolean
  /** A small named value of the journal, which has it in the same commit: what the word says of the CDN itself. */
  readonly note: { readonly name: string; readonly value: string }
  /** Who signs what is noted; absent where this agent has no key that anybody knows. */
  readonly receipts: Receipts | undefined
}

/** What tells whether a request may be sent. */
export interface CdnHead extends Pick<CdnRequest, 'id' | 'urgent'> {
  /** It is of tags. */
  readonly isTags: boolean
}

/** What is to be purged at the CDN, until it is. Every method has committed when it returns, and throws as the journal's do. */
export interface CdnLedger {
  add(wish: CdnWish, isUnderWay: QueueRules['isUnderWay']): void
  /** The next to be sent: urgent ones first, of those URLs before tags, then the oldest. */
  next(isPassedOver: (request: CdnHead) => boolean): CdnRequest | undefined
  /** Lets go of a request. The jobs that it was for, and that are live; undefined where there is no such request. */
  settle(settlement: CdnSettlement): readonly string[] | undefined
  /** Whether anything of a job waits. */
  isOpen(jobId: string): boolean
  /** A job has ended, which is on record, without hearing this: it is noted once nothing of it waits any more. */
  leave(jobId: string, heard: CdnVerdict | undefined, receipts: CdnSettlement['receipts']): void
}
