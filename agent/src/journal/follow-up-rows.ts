import { followContent } from '../domain/follow-receipt.ts'
import type { FollowUp, FollowUps } from '../ports/follow-ups.ts'
import type { CdnRowsOptions } from './cdn-rows.ts'
import type { Statements } from './lazy-statements.ts'
import type { ReceiptRows } from './receipt-rows.ts'

/** As many as runs are kept with their results, and some more: those of older ones add to nothing. */
const mostRows = 1_000

/** Follow-ups in one database. */
export function followUpRows(statement: Statements): FollowUps {
  return {
    note: followUp => {
      statement('INSERT INTO follow_ups (job_id, body) VALUES (?, ?)').run(followUp.jobId, JSON.stringify(followUp))
      statement('DELETE FROM follow_ups WHERE id <= (SELECT max(id) FROM follow_ups) - ?').run(mostRows)
    },
    of: jobId =>
      statement('SELECT body FROM follow_ups WHERE job_id = ? ORDER BY id')
        .all(jobId)
        .map(({ body }) => JSON.parse(body as string) as FollowUp),
  }
}

/** Notes follow-ups with their receipts: both are part of the commit that lets go of what was open, so none is there without it. */
export function sealedFollowUps(followUps: Pick<FollowUps, 'note'>, rows: Pick<ReceiptRows, 'put'>): CdnRowsOptions['note'] {
  return (followUp, followed, receipts) => {
    followUps.note(followUp)
    if (!followed || !receipts) return
    const { at, layer: _layer, ...said } = followUp
    rows.put(receipts.seal(chain => followContent(said, followed, chain), at).receipts)
  }
}
