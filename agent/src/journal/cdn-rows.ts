import { newId } from '@platen/protocol'
import { jobsDone, withWish, type CdnRequest } from '../domain/cdn-queue.ts'
import { followedOf, type Followed } from '../domain/follow-receipt.ts'
import type { Run } from '../domain/run.ts'
import type { CdnLedger } from '../ports/cdn-ledger.ts'
import type { FollowUp } from '../ports/follow-ups.ts'
import type { Receipts } from '../ports/receipts.ts'
import { cdnEnds } from './cdn-ends.ts'
import type { Row } from './database.ts'
import type { Statements } from './lazy-statements.ts'

/** What rows of purges at the CDN need besides their statements. */
export interface CdnRowsOptions {
  /** Puts a follow-up on record, and its receipt where there is one to follow and somebody who signs. */
  readonly note: (followUp: FollowUp, followed: Followed | undefined, receipts: Receipts | undefined) => void
  /** Puts a small named value on record. */
  readonly set: (name: string, value: string) => void
  /** A run on record. */
  readonly find: (jobId: string) => Run | undefined
  readonly now: () => number
}

/** The ledger, and what the journal does with it when it saves a run. */
export interface CdnRows extends CdnLedger {
  /** A run ends in this commit: while something of it waits, its receipt is kept, however soon the run itself is forgotten. */
  ends(run: Run): void
}

/** Those in one database. Each method is to be part of one transaction. */
export function cdnRows(statement: Statements, { note, set, find, now }: CdnRowsOptions): CdnRows {
  const ended = cdnEnds(statement)
  const all = (): readonly CdnRequest[] => statement('SELECT id, urgent, body FROM cdn_requests ORDER BY id').all().map(toRequest)
  const put = ({ id, urgent, what, jobs }: CdnRequest): void =>
    void statement('INSERT INTO cdn_requests (id, urgent, body) VALUES (?, ?, ?)').run(id, urgent ? 1 : 0, JSON.stringify({ what, jobs }))
  const forget = ({ id }: CdnRequest): void => void statement('DELETE FROM cdn_requests WHERE id = ?').run(id)

  const noteEnd = (jobId: string, receipts: Receipts | undefined): void => {
    const end = ended.of(jobId)
    if (!end) return
    const { verdict, followed } = end
    const run = followed ? undefined : find(jobId)
    // Its end is not on record yet, and stands before what follows on it: this is noted when the job is left.
    if (run && run.state !== 'ended') return
    ended.forget(jobId)
    if (verdict) note({ ...verdict, jobId, layer: 'cdn', at: now() }, followed ?? (run && followedOf(run)), receipts)
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
      const isTags = "json_type(body, '$.what.tags') IS NOT NULL"
      const row = statement(`SELECT id, urgent, body, ${isTags} AS is_tags FROM cdn_requests ORDER BY urgent DESC, is_tags, id`)
        .all()
        .find(({ id, urgent, is_tags }) => !isPassedOver({ id: id as string, urgent: urgent === 1, isTags: is_tags === 1 }))
      return row && toRequest(row)
    },
    settle: ({ id, verdict, isLive, isNews, note: { name, value }, receipts }) => {
      set(name, value)
      const queue = all()
      const request = queue.find(other => other.id === id)
      if (!request) return undefined
      forget(request)
      const left = request.jobs.filter(job => !isLive(job))
      if (isNews) for (const job of left) ended.heard(job, verdict)
      for (const job of jobsDone(queue, request)) if (!isLive(job)) noteEnd(job, receipts)
      return request.jobs.filter(job => isLive(job))
    },
    isOpen,
    leave: (jobId, heard, receipts) => {
      if (heard) ended.heard(jobId, heard)
      if (!isOpen(jobId)) noteEnd(jobId, receipts)
    },
    ends: run => {
      const followed = followedOf(run)
      if (followed && (ended.of(run.jobId) || isOpen(run.jobId))) ended.sealed(run.jobId, followed)
    },
  }
}

function toRequest({ id, urgent, body }: Row): CdnRequest {
  const { what, jobs } = JSON.parse(body as string) as Pick<CdnRequest, 'what' | 'jobs'>
  return { id: id as string, urgent: urgent === 1, what, jobs }
}
