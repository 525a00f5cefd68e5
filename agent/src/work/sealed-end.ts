import type { Kind, ReceiptSigned } from '@platen/protocol'
import { contentOf, type OverRun } from '../domain/receipt.ts'
import type { Run } from '../domain/run.ts'
import type { Receipts } from '../ports/receipts.ts'

/** An ended run as it goes on record, with the receipts that have to go there in the same commit. */
export interface SealedEnd {
  readonly run: Run & { readonly state: 'ended' }
  readonly receipts: readonly ReceiptSigned[]
}

/** Signs how a run ended, where its kind has receipts and this agent a key; a run that only waits has not ended. */
export function sealEnd(run: Run & { readonly state: 'ended' }, kind: Kind, receipts: Receipts | undefined): SealedEnd {
  if (!receipts || kind.receipt !== true || !isOver(run)) return { run, receipts: [] }
  const sealed = receipts.seal(contentOf(run), run.finishedAt)
  return { run: { ...run, receipt: sealed.anchor }, receipts: sealed.receipts }
}

function isOver(run: Run & { readonly state: 'ended' }): run is OverRun {
  return run.end.outcome !== 'waiting'
}
