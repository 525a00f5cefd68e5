import type { ReceiptAnchor } from '@platen/protocol'
import type { CdnVerdict } from './cdn-verdict.ts'
import type { ReceiptContent } from './receipt.ts'
import type { Run } from './run.ts'

/** The receipt of a run that left something open. */
export interface Followed {
  readonly kind: string
  readonly receipt: ReceiptAnchor
}

/** That of a run on record, where it has ended with one. */
export function followedOf(run: Run): Followed | undefined {
  return run.state === 'ended' && run.receipt ? { kind: run.kind, receipt: run.receipt } : undefined
}

/** What a receipt in `chain` says of what the CDN has done since; the run's may be in another, where a new one has begun meanwhile. */
export function followContent(
  { jobId, ...verdict }: CdnVerdict & { readonly jobId: string },
  { kind, receipt }: Followed,
  chain: string,
): ReceiptContent & { readonly type: 'follow' } {
  const { seq, hash } = receipt
  const isHere = receipt.chain === chain
  const elsewhere = `A new chain has begun since: the purge is receipt ${seq} of ${receipt.chain}.`
  return {
    type: 'follow',
    follows: { ...(isHere ? {} : { chain: receipt.chain }), seq, hash },
    job: jobId,
    kind,
    what: isHere ? wordsOf(verdict) : `${wordsOf(verdict)} ${elsewhere}`,
    layers: [{ layer: 'cdn', state: verdict.outcome, ...('code' in verdict ? { code: verdict.code } : {}) }],
  }
}

function wordsOf(verdict: CdnVerdict): string {
  switch (verdict.outcome) {
    case 'purged':
      return 'Purged at the CDN.'
    case 'absent':
      return 'The site is at no CDN.'
    case 'failed':
      return `Not purged at the CDN (${verdict.code}).`
  }
}
