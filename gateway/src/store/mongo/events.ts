import { newId } from '@platen/protocol'
import type { Job } from '../../domain/job.ts'
import type { SiteEvent } from '../../ports/jobs.ts'
import { eventData } from '../event-data.ts'
import type { MongoDatabase, Row, Within } from './database.ts'

/** A job that came to a new state, and when. */
export interface NewEvent {
  readonly job: Job
  readonly at: number
}

/**
 * Writes what jobs came to. The numbers come from their site's counter in the same transaction: two transactions of one site can't
 * both count, so a reader never finds a number after it has seen a higher one.
 */
export async function appendEvents(database: MongoDatabase, events: readonly NewEvent[], within: Within): Promise<void> {
  const rows: Row[] = []
  for (const [siteId, some] of Map.groupBy(events, ({ job }) => job.siteId)) {
    const first = (await database.count(siteId, some.length, within)) - some.length + 1
    rows.push(...some.map((event, index) => eventRow(event, first + index)))
  }
  if (rows.length > 0) await database.rows('events').insertMany(rows, within)
}

/** Events of one site or one job of an account, in order. */
export async function eventsAfter(
  database: MongoDatabase,
  accountId: string,
  { siteId, jobId }: { readonly siteId?: string; readonly jobId?: string },
  after: number,
  limit: number,
): Promise<readonly SiteEvent[]> {
  const filter = { accountId, ...(jobId === undefined ? { siteId } : { jobId }), seq: { $gt: after } }
  const rows = await database.guarded(() => database.rows('events').find(filter).sort({ seq: 1 }).limit(limit).toArray())
  return rows.map(eventOf)
}

function eventRow({ job, at }: NewEvent, seq: number): Row {
  const { id: jobId, accountId, siteId } = job
  const event = { accountId, siteId, jobId, seq, type: `job.${job.state}`, at, data: JSON.stringify(eventData(job)) }
  return { _id: newId('evt'), ...event }
}

function eventOf({ _id: id, accountId, siteId, jobId, seq, type, at, data }: Row): SiteEvent {
  return {
    seq: Number(seq),
    id,
    accountId: String(accountId),
    siteId: String(siteId),
    jobId: String(jobId),
    type: String(type),
    at: Number(at),
    data: JSON.parse(String(data)) as unknown,
  }
}
