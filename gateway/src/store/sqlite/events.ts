import { newId } from '@platen/protocol'
import type { Job } from '../../domain/job.ts'
import type { SiteEvent } from '../../ports/jobs.ts'
import { eventData } from '../event-data.ts'
import { planned, type SqlDatabase } from './database.ts'

/** Writes that a job is in a new state. */
export function appendEvent(database: SqlDatabase, job: Job, at: number): void {
  const sql = 'INSERT INTO events (id, account_id, site_id, job_id, type, at, data) VALUES (?, ?, ?, ?, ?, ?, ?)'
  database.run(sql, newId('evt'), job.accountId, job.siteId, job.id, `job.${job.state}`, at, JSON.stringify(eventData(job)))
}

/** Events of one site or one job of an account, in order. */
export function eventsAfter(
  database: SqlDatabase,
  accountId: string,
  of: { readonly siteId?: string; readonly jobId?: string },
  after: number,
  limit: number,
): readonly SiteEvent[] {
  const [column, value] = of.jobId === undefined ? ['site_id', of.siteId] : ['job_id', of.jobId]
  const rows = database.all(
    `SELECT * FROM events WHERE account_id = ${planned} AND ${column} = ${planned} AND seq > ${planned} ORDER BY seq LIMIT ?`,
    accountId,
    value,
    after,
    limit,
  )
  return rows.map(row => ({
    seq: Number(row['seq']),
    id: String(row['id']),
    accountId: String(row['account_id']),
    siteId: String(row['site_id']),
    ...(row['job_id'] === null ? {} : { jobId: String(row['job_id']) }),
    type: String(row['type']),
    at: Number(row['at']),
    data: JSON.parse(String(row['data'])) as unknown,
  }))
}
