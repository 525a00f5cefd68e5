import { newId } from '@platen/protocol'
import type { Job } from '../../domain/job.ts'
import type { SiteEvent } from '../../ports/jobs.ts'
import { eventData } from '../event-data.ts'
import type { MongoDatabase, Row, Within } from './database.ts'

/**
 * Writes that a job is in a new state. The number comes from its site's counter in the same transaction: two transactions of one
 * site can't both count, so a reader never finds a number after it has seen a higher one.
 */
export async function appendEvent(database: MongoDatabase, job: Job, at: number, within: Within): Promise<void> {
  const { id: jobId, accountId, siteId } = job
  const seq = await database.count(siteId, within)
  const event = { accountId, siteId, jobId, seq, type: `job.${job.state}`, at, data: JSON.stringify(eventData(job)) }
  await database.rows('events').insertOne({ _id: newId('evt'), ...event }, within)
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
