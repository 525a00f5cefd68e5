import type { FollowUp, FollowUps } from '../ports/follow-ups.ts'
import type { Statements } from './lazy-statements.ts'

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
