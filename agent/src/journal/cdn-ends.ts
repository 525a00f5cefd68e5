import { worse, type CdnVerdict } from '../domain/cdn-verdict.ts'
import type { Followed } from '../domain/follow-receipt.ts'
import type { Statements } from './lazy-statements.ts'

/** A job that has ended before all that it wanted was done. */
export interface CdnEnd {
  /** What became of the parts that are done, which it has not heard. */
  readonly verdict?: CdnVerdict
  /** The receipt of its end. */
  readonly followed?: Followed
}

/** Those in one database. */
export interface CdnEnds {
  of(jobId: string): CdnEnd | undefined
  heard(jobId: string, verdict: CdnVerdict): void
  sealed(jobId: string, followed: Followed): void
  forget(jobId: string): void
}

/** As many are remembered: more than can wait at once. */
const mostEnds = 1_000

export function cdnEnds(statement: Statements): CdnEnds {
  const of = (jobId: string): CdnEnd | undefined => {
    const row = statement('SELECT body FROM cdn_ends WHERE job_id = ?').get(jobId)
    return row && (JSON.parse(row['body'] as string) as CdnEnd)
  }
  const put = (jobId: string, end: CdnEnd): void => {
    statement('INSERT OR REPLACE INTO cdn_ends (job_id, body) VALUES (?, ?)').run(jobId, JSON.stringify(end))
    statement('DELETE FROM cdn_ends WHERE rowid <= (SELECT max(rowid) FROM cdn_ends) - ?').run(mostEnds)
  }
  return {
    of,
    heard: (jobId, verdict) => {
      const end = of(jobId)
      put(jobId, { ...end, verdict: worse(end?.verdict, verdict) })
    },
    sealed: (jobId, followed) => put(jobId, { ...of(jobId), followed }),
    forget: jobId => void statement('DELETE FROM cdn_ends WHERE job_id = ?').run(jobId),
  }
}
