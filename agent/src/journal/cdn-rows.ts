import { newId } from '@platen/protocol'
import { jobsDone, withWish, type CdnRequest } from '../domain/cdn-queue.ts'
import { worse, type CdnVerdict } from '../domain/cdn-verdict.ts'
import type { CdnLedger } from '../ports/cdn-ledger.ts'
import type { FollowUps } from '../ports/follow-ups.ts'
import type { Row } from './database.ts'
import type { Statements } from './lazy-statements.ts'

/** What rows of purges at the CDN need besides their statements. */
export interface CdnRowsOptions {
  readonly followUps: Pick<FollowUps, 'note'>
  readonly now: () => number
}

/** Jobs that have ended with a part of them still open whose other parts are remembered: more than can wait at once. */
const mostVerdicts = 1_000

/** Those in one database. Each method is to be one transaction. */
export function cdnRows(statement: Statements, { followUps, now }: CdnRowsOptions): CdnLedger {
  const all = (): readonly CdnRequest[] => statement('SELECT id, urgent, body FROM cdn_requests ORDER BY id').all().map(toRequest)
  const put = ({ id, urgent, what, jobs }: CdnRequest): void =>
    void statement('INSERT INTO cdn_requests (id, urgent, body) VALUES (?, ?, ?)').run(id, urgent ? 1 : 0, JSON.stringify({ what, jobs }))
  const forget = ({ id }: CdnRequest): void => void statement('DELETE FROM cdn_requests WHERE id = ?').run(id)

  const heardOf = (jobId: string): CdnVerdict | undefined => {
    const row = statement('SELECT body FROM cdn_verdicts WHERE job_id = ?').get(jobId)
    return row && (JSON.parse(row['body'] as string) as CdnVerdict)
  }
  const remember = (jobId: string, verdict: CdnVerdict): void => {
    const insert = 'INSERT OR REPLACE INTO cdn_verdicts (job_id, body) VALUES (?, ?)'
    statement(insert).run(jobId, JSON.stringify(worse(heardOf(jobId), verdict)))
    statement('DELETE FROM cdn_verdicts WHERE rowid <= (SELECT max(rowid) FROM cdn_verdicts) - ?').run(mostVerdicts)
  }
  const noteEnd = (jobId: string): void => {
    const verdict = heardOf(jobId)
    if (!verdict) return
    statement('DELETE FROM cdn_verdicts WHERE job_id = ?').run(jobId)
    followUps.note({ ...verdict, jobId, layer: 'cdn', at: now() })
  }
  const isOpen = (jobId: string): boolean => all().some(({ jobs }) => jobs.includes(jobId))

  return {
    add: (wish, isUnderWay) => {
      const before = all()
      const after = withWish(before, wish, { newId: () => newId('purge'), isUnderWay })
      for (const request of before) if (!after.includes(request)) forget(request)
      for (const request of after) if (!before.includes(request)) put(request)
    },
    next: isPassedOver => {
      const row = statement('SELECT id, urgent, body FROM cdn_requests ORDER BY urgent DESC, id')
        .all()
        .find(({ id }) => !isPassedOver(id as string))
      return row && toRequest(row)
    },
    settle: ({ id, verdict, isLive, isNews }) => {
      const queue = all()
      const request = queue.find(other => other.id === id)
      if (!request) return undefined
      forget(request)
      const left = request.jobs.filter(job => !isLive(job))
      if (isNews) for (const job of left) remember(job, verdict)
      for (const job of jobsDone(queue, request)) if (!isLive(job)) noteEnd(job)
      return request.jobs.filter(job => isLive(job))
    },
    isOpen,
    leave: (jobId, heard) => {
      if (heard) remember(jobId, heard)
      if (!isOpen(jobId)) noteEnd(jobId)
    },
  }
}

function toRequest({ id, urgent, body }: Row): CdnRequest {
  const { what, jobs } = JSON.parse(body as string) as Pick<CdnRequest, 'what' | 'jobs'>
  return { id: id as string, urgent: urgent === 1, what, jobs }
}
