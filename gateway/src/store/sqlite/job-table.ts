import type { Kind } from '@platen/protocol'
import type { Job } from '../../domain/job.ts'
import { isPool, type Place } from '../../domain/place.ts'
import type { Claim, JobFilter, LeasedJob } from '../../ports/jobs.ts'
import { jobColumns } from '../job-columns.ts'
import type { DueJob } from '../due-jobs.ts'
import type { JobTable } from '../job-ledger.ts'
import { planned, type Row, type SqlDatabase } from './database.ts'
import { appendEvent } from './events.ts'

/** More than an agent holds: what a connection that comes back is told of. */
const mostLeased = 64

/** The table of jobs: each row is a document, and beside it what is searched by. */
export class SqliteJobTable implements JobTable {
  readonly #database: SqlDatabase
  readonly #kinds: readonly Kind[]

  constructor(database: SqlDatabase, kinds: readonly Kind[]) {
    this.#database = database
    this.#kinds = kinds
  }

  async find(id: string): Promise<Job | undefined> {
    return first(this.#database.get('SELECT document FROM jobs WHERE id = ?', id))
  }

  async hasSite(accountId: string, siteId: string): Promise<boolean> {
    return this.#database.get('SELECT 1 FROM sites WHERE account_id = ? AND id = ?', accountId, siteId) !== undefined
  }

  async insert(job: Job, at: number): Promise<void> {
    const { id, accountId, siteId, kind } = job
    const { place, heavy, priority } = jobColumns(job, this.#kinds)
    const sql = `INSERT INTO jobs (state, not_before, due_at, finished_at, holder, slot, coalesce_key, document,
      id, account_id, site_id, place, kind, heavy, priority) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
    this.#database.run(sql, ...this.#changing(job), id, accountId, siteId, place, kind, heavy ? 1 : 0, priority)
    appendEvent(this.#database, job, at)
  }

  async save(job: Job, before: Job, at: number): Promise<void> {
    const sql = `UPDATE jobs SET state = ?, not_before = ?, due_at = ?, finished_at = ?, holder = ?, slot = ?, coalesce_key = ?, document = ? WHERE id = ?`
    this.#database.run(sql, ...this.#changing(job), job.id)
    if (job.state !== before.state) appendEvent(this.#database, job, at)
  }

  async coalescing(place: Place, key: string): Promise<(Job & { state: 'queued' }) | undefined> {
    const found = first(this.#database.get('SELECT document FROM jobs WHERE place = ? AND coalesce_key = ?', place, key))
    return found?.state === 'queued' ? found : undefined
  }

  async nextFor(claim: Claim): Promise<(Job & { state: 'queued' }) | undefined> {
    const found = claim.places.flatMap(place => [...this.#waiting(place, 'heavy = 0', claim), ...this.#heavy(place, claim)])
    const job = first(found.toSorted(byUrgency)[0])
    return job?.state === 'queued' ? job : undefined
  }

  async queued(place: Place, most: number): Promise<number> {
    const some = `SELECT 1 FROM jobs WHERE place = ${planned} AND state = 'queued' LIMIT ?`
    return Number(this.#database.get(`SELECT count(*) AS count FROM (${some})`, place, most)?.['count'])
  }

  async due(now: number, most: number, spared: readonly string[]): Promise<readonly DueJob[]> {
    const isLeft = '(holder IS NULL OR holder NOT IN (SELECT value FROM json_each(?)))'
    const sql = `SELECT id, site_id FROM jobs WHERE due_at <= ${planned} AND ${isLeft} ORDER BY due_at LIMIT ?`
    const rows = this.#database.all(sql, now, JSON.stringify(spared), most)
    return rows.map(({ id, site_id: siteId }) => ({ id: String(id), siteId: String(siteId) }))
  }

  async leased(places: readonly Place[], agentId: string): Promise<readonly LeasedJob[]> {
    const sql = 'SELECT document FROM jobs WHERE holder = ? AND place IN (SELECT value FROM json_each(?)) ORDER BY id LIMIT ?'
    return this.#database.all(sql, agentId, JSON.stringify(places), mostLeased).map(row => read(row) as LeasedJob)
  }

  /** Removes what ended before a time, with its events. How many. */
  async forget(endedBefore: number, most: number): Promise<number> {
    const old = this.#database.all('SELECT id, account_id FROM jobs WHERE finished_at < ? LIMIT ?', endedBefore, most)
    for (const { id, account_id: accountId } of old) {
      this.#database.run('DELETE FROM events WHERE account_id = ? AND job_id = ?', accountId, id)
      this.#database.run('DELETE FROM jobs WHERE id = ?', id)
    }
    return old.length
  }

  /** Where the machine has a heavy job, only that one may be next: its own slot is not in its way, and the others need not be looked at. */
  #heavy(place: Place, claim: Claim): readonly Row[] {
    const slot = isPool(place) ? claim.agentId : place
    const holder = this.#database.get(`SELECT id FROM jobs WHERE slot = ${planned}`, slot)
    return holder ? this.#waiting(place, 'heavy = 1 AND id = ?', claim, holder['id']) : this.#waiting(place, 'heavy = 1', claim)
  }

  /** The most urgent job of a place that waits and may be leased. */
  #waiting(place: Place, which: string, { kinds, now }: Claim, ...values: readonly unknown[]): readonly Row[] {
    const sql = `SELECT id, document, priority FROM jobs WHERE place = ${planned} AND state = 'queued' AND ${which} AND not_before <= ?
      AND kind IN (${kinds.map(() => '?').join()}) ORDER BY priority DESC, id LIMIT 1`
    return this.#database.all(sql, place, ...values, now, ...kinds)
  }

  /** What is searched by, as far as it changes with the state. */
  #changing(job: Job): readonly unknown[] {
    const { notBefore, dueAt, finishedAt, holder, slot, coalesceKey } = jobColumns(job, this.#kinds)
    const searched = [notBefore, dueAt, finishedAt, holder, slot, coalesceKey].map(value => value ?? null)
    return [job.state, ...searched, JSON.stringify(job)]
  }
}

/** The conditions of a list, by column. Of a site, its own index serves: jobs of a state may be most of what the account has. */
export function conditions(accountId: string, { siteId, state, kind }: JobFilter): Record<string, string> {
  const inState = state ? { [siteId ? '+state' : 'state']: state } : {}
  return { account_id: accountId, ...(siteId ? { site_id: siteId } : {}), ...inState, ...(kind ? { kind } : {}) }
}

/** The job of a row. */
export function read(row: Row): Job {
  return JSON.parse(String(row['document'])) as Job
}

function first(row: Row | undefined): Job | undefined {
  return row && read(row)
}

function byUrgency(one: Row, other: Row): number {
  return Number(other['priority']) - Number(one['priority']) || (String(one['id']) < String(other['id']) ? -1 : 1)
}
