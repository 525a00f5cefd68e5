import type { Filter } from 'mongodb'
import type { Kind } from '@platen/protocol'
import type { Job } from '../../domain/job.ts'
import type { Place } from '../../domain/place.ts'
import type { Claim, LeasedJob } from '../../ports/jobs.ts'
import { jobColumns } from '../job-columns.ts'
import type { JobTable } from '../job-ledger.ts'
import type { MongoDatabase, Row, Within } from './database.ts'
import { rowOf, thingOf } from './documents.ts'
import { appendEvent } from './events.ts'
import { hasSite } from './sites.ts'

type Queued = Job & { readonly state: 'queued' }

/** More than an agent holds: what a connection that comes back is told of. */
const mostLeased = 64

/** The jobs as one transaction sees them; without one, as they are. */
export class MongoJobTable implements JobTable {
  readonly #database: MongoDatabase
  readonly #kinds: readonly Kind[]
  readonly #within: Within

  constructor(database: MongoDatabase, kinds: readonly Kind[], within: Within) {
    this.#database = database
    this.#kinds = kinds
    this.#within = within
  }

  find(id: string): Promise<Job | undefined> {
    return this.#first({ _id: id })
  }

  hasSite(accountId: string, siteId: string): Promise<boolean> {
    return hasSite(this.#database, accountId, siteId, this.#within)
  }

  async insert(job: Job, at: number): Promise<void> {
    await this.#database.rows('jobs').insertOne(this.#row(job), this.#within)
    await appendEvent(this.#database, job, at, this.#within)
  }

  async save(job: Job, before: Job, at: number): Promise<void> {
    await this.#database.rows('jobs').replaceOne({ _id: job.id }, this.#row(job), this.#within)
    if (job.state !== before.state) await appendEvent(this.#database, job, at, this.#within)
  }

  async coalescing(place: Place, coalesceKey: string): Promise<Queued | undefined> {
    const found = await this.#first({ place, coalesceKey })
    return found?.state === 'queued' ? found : undefined
  }

  async nextFor({ places, kinds, agentId, now }: Claim): Promise<Queued | undefined> {
    const free = await this.#freePlaces(places, agentId)
    const filter = {
      place: { $in: places },
      state: 'queued',
      notBefore: { $lte: now },
      kind: { $in: kinds },
      $or: [{ heavy: false }, { place: { $in: free } }],
    }
    const [row] = await this.#find(filter).sort({ priority: -1, _id: 1 }).limit(1).toArray()
    const job = row && (thingOf(row) as Job)
    return job?.state === 'queued' ? job : undefined
  }

  async due(now: number, most: number): Promise<readonly Job[]> {
    const rows = await this.#find({ dueAt: { $lte: now } })
      .sort({ dueAt: 1 })
      .limit(most)
      .toArray()
    return rows.map(row => thingOf(row) as Job)
  }

  async leased(places: readonly Place[], agentId: string): Promise<readonly LeasedJob[]> {
    const rows = await this.#find({ place: { $in: places }, state: { $in: ['offered', 'running'] } })
      .sort({ _id: 1 })
      .limit(mostLeased)
      .toArray()
    return rows.map(row => thingOf(row) as Job).flatMap(job => leasedTo(job, agentId))
  }

  /** Removes what ended before a time, with its events. How many. */
  async forget(endedBefore: number, most: number): Promise<number> {
    const old = await this.#find({ finishedAt: { $lt: endedBefore } })
      .limit(most)
      .toArray()
    const ids = old.map(({ _id }) => _id)
    await this.#database.rows('events').deleteMany({ accountId: { $in: old.map(row => row['accountId']) }, jobId: { $in: ids } })
    await this.#database.rows('jobs').deleteMany({ _id: { $in: ids } })
    return ids.length
  }

  /** Places whose machine has no heavy job: of a pool, the agent's own. */
  async #freePlaces(places: readonly Place[], agentId: string): Promise<Place[]> {
    const slotOf = (place: Place): string => (place.startsWith('pool:') ? agentId : place)
    const rows = await this.#find({ slot: { $in: places.map(slotOf) } }).toArray()
    const taken = new Set(rows.map(row => row['slot']))
    return places.filter(place => !taken.has(slotOf(place)))
  }

  async #first(filter: Filter<Row>): Promise<Job | undefined> {
    const row = await this.#database.rows('jobs').findOne(filter, this.#within)
    return row ? (thingOf(row) as Job) : undefined
  }

  #find(filter: Filter<Row>) {
    return this.#database.rows('jobs').find(filter, this.#within)
  }

  #row(job: Job): Row {
    const { accountId, siteId, kind, state } = job
    return rowOf(job, { accountId, siteId, kind, state, ...jobColumns(job, this.#kinds) })
  }
}

function leasedTo(job: Job, agentId: string): LeasedJob[] {
  const leased = job.state === 'offered' || job.state === 'running'
  return leased && job.origin === 'platform' && job.lease.agentId === agentId ? [job] : []
}
