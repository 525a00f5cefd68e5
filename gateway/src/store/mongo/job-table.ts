import type { Filter } from 'mongodb'
import type { Kind } from '@platen/protocol'
import type { Job } from '../../domain/job.ts'
import { isPool, type Place } from '../../domain/place.ts'
import type { Claim, LeasedJob } from '../../ports/jobs.ts'
import { jobColumns } from '../job-columns.ts'
import type { DueJob } from '../due-jobs.ts'
import type { JobTable } from '../job-ledger.ts'
import type { MongoDatabase, Row, Within } from './database.ts'
import { rowOf, thingOf } from './documents.ts'
import { appendEvents, type NewEvent } from './events.ts'
import { hasSite } from './sites.ts'

type Queued = Job & { readonly state: 'queued' }

/** More than an agent holds: what a connection that comes back is told of. */
const mostLeased = 64

/**
 * The jobs as one transaction sees them; without one, as they are. Writes wait for each other as far as nobody looks, so that a
 * batch takes few round trips: `finish` writes what is left.
 */
export class MongoJobTable implements JobTable {
  readonly #database: MongoDatabase
  readonly #kinds: readonly Kind[]
  readonly #within: Within
  readonly #sites = new Map<string, Promise<boolean>>()
  readonly #events: NewEvent[] = []
  #made: Row[] = []

  constructor(database: MongoDatabase, kinds: readonly Kind[], within: Within) {
    this.#database = database
    this.#kinds = kinds
    this.#within = within
  }

  find(id: string): Promise<Job | undefined> {
    return this.#first({ _id: id })
  }

  /** Those of an account that are there, in any order. */
  async some(accountId: string, ids: readonly string[]): Promise<readonly Job[]> {
    return (await this.#find({ accountId, _id: { $in: ids } }).toArray()).map(row => thingOf(row) as Job)
  }

  hasSite(accountId: string, siteId: string): Promise<boolean> {
    const key = `${accountId} ${siteId}`
    const known = this.#sites.get(key) ?? hasSite(this.#database, accountId, siteId, this.#within)
    this.#sites.set(key, known)
    return known
  }

  async insert(job: Job, at: number): Promise<void> {
    this.#made.push(this.#row(job))
    this.#events.push({ job, at })
  }

  async save(job: Job, before: Job, at: number): Promise<void> {
    await this.#writeMade()
    await this.#database.rows('jobs').replaceOne({ _id: job.id }, this.#row(job), this.#within)
    if (job.state !== before.state) this.#events.push({ job, at })
  }

  /** Has to be called before the transaction ends. */
  async finish(): Promise<void> {
    await this.#writeMade()
    await appendEvents(this.#database, this.#events, this.#within)
  }

  async coalescing(place: Place, coalesceKey: string): Promise<Queued | undefined> {
    const found = await this.#first({ place, coalesceKey })
    return found?.state === 'queued' ? found : undefined
  }

  async nextFor(claim: Claim): Promise<Queued | undefined> {
    const row = await this.#mostUrgent(claim, {})
    if (row?.['heavy'] !== true) return queued(row)
    const { free, holders } = await this.#slots(claim)
    if (free.includes(String(row['place'])) || holders.includes(row._id)) return queued(row)
    return queued(await this.#mostUrgent(claim, { $or: [{ heavy: false }, { place: { $in: free } }, { _id: { $in: holders } }] }))
  }

  async queued(place: Place, most: number): Promise<number> {
    await this.#writeMade()
    return this.#database.rows('jobs').countDocuments({ place, state: 'queued' }, { ...this.#within, limit: most })
  }

  async due(now: number, most: number, spared: readonly string[]): Promise<readonly DueJob[]> {
    const rows = await this.#find({ dueAt: { $lte: now }, holder: { $nin: spared } })
      .project<{ _id: string; siteId: string }>({ siteId: 1 })
      .sort({ dueAt: 1 })
      .limit(most)
      .toArray()
    return rows.map(({ _id: id, siteId }) => ({ id, siteId }))
  }

  async leased(places: readonly Place[], agentId: string): Promise<readonly LeasedJob[]> {
    const rows = await this.#find({ holder: agentId, place: { $in: places } })
      .sort({ _id: 1 })
      .limit(mostLeased)
      .toArray()
    return rows.map(row => thingOf(row) as LeasedJob)
  }

  /** Removes what ended before a time, with its events. How many. */
  async forget(endedBefore: number, most: number): Promise<number> {
    const old = await this.#find({ finishedAt: { $lt: endedBefore } })
      .limit(most)
      .toArray()
    const ids = old.map(({ _id }) => _id)
    await this.#database.rows('events').deleteMany({ jobId: { $in: ids } })
    await this.#database.rows('jobs').deleteMany({ _id: { $in: ids } })
    return ids.length
  }

  /** Places whose machine has no heavy job (of a pool, the agent's own), and the jobs that the others have: their own slot is not in their way. */
  async #slots({ places, agentId }: Claim): Promise<{ readonly free: readonly Place[]; readonly holders: readonly string[] }> {
    const slotOf = (place: Place): string => (isPool(place) ? agentId : place)
    const rows = await this.#find({ slot: { $in: places.map(slotOf) } }).toArray()
    const taken = new Set(rows.map(row => row['slot']))
    return { free: places.filter(place => !taken.has(slotOf(place))), holders: rows.map(({ _id }) => _id) }
  }

  async #mostUrgent({ places, kinds, now }: Claim, also: Filter<Row>): Promise<Row | undefined> {
    const filter = { place: { $in: places }, state: 'queued', notBefore: { $lte: now }, kind: { $in: kinds }, ...also }
    await this.#writeMade()
    return (await this.#find(filter).sort({ priority: -1, _id: 1 }).limit(1).toArray())[0]
  }

  async #first(filter: Filter<Row>): Promise<Job | undefined> {
    await this.#writeMade()
    const row = await this.#database.rows('jobs').findOne(filter, this.#within)
    return row ? (thingOf(row) as Job) : undefined
  }

  #find(filter: Filter<Row>) {
    return this.#database.rows('jobs').find(filter, this.#within)
  }

  async #writeMade(): Promise<void> {
    const made = this.#made
    this.#made = []
    if (made.length > 0) await this.#database.rows('jobs').insertMany(made, this.#within)
  }

  #row(job: Job): Row {
    const { accountId, siteId, kind, state } = job
    return rowOf(job, { accountId, siteId, kind, state, ...jobColumns(job, this.#kinds) })
  }
}

function queued(row: Row | undefined): Queued | undefined {
  const job = row && (thingOf(row) as Job)
  return job?.state === 'queued' ? job : undefined
}
