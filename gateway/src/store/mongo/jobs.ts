import { newId, PlatenError } from '@platen/protocol'
import type { Job } from '../../domain/job.ts'
import { placeOf, type Place } from '../../domain/place.ts'
import type { BatchOutcome, Created, JobFilter, JobStore, StoredStep } from '../../ports/jobs.ts'
import { batchRecord, outcomesOf } from '../batch-record.ts'
import { lookAtEach } from '../due-jobs.ts'
import { JobLedger } from '../job-ledger.ts'
import { QueueRoom } from '../queue-room.ts'
import type { StoreParts } from '../store-parts.ts'
import { appendAudit } from './audit.ts'
import type { MongoDatabase, Within } from './database.ts'
import { eventsAfter } from './events.ts'
import { MongoJobTable } from './job-table.ts'
import { listing } from './listing.ts'
import { forgetKeys, recorded } from './request-records.ts'

/** Jobs and their events in MongoDB: every change is a transaction of its own. */
export function mongoJobs(database: MongoDatabase, parts: StoreParts): JobStore {
  const { report = () => {}, bounds } = parts
  const room = new QueueRoom(bounds)
  const table = (within: Within = {}): MongoJobTable => new MongoJobTable(database, parts.kinds, within)
  const inLedger = async <T>(within: Within, work: (ledger: JobLedger) => Promise<T>): Promise<T> => {
    const open = table(within)
    const made = await work(new JobLedger(open, parts, room))
    await open.finish()
    return made
  }
  const change = <T>(places: readonly Place[], work: (ledger: JobLedger) => Promise<T>): Promise<T> =>
    database.transaction(places, within => inLedger(within, work))
  const find = async (accountId: string, id: string, within: Within = {}): Promise<Job | undefined> => {
    const found = await table(within).find(id)
    return found?.accountId === accountId ? found : undefined
  }
  const again = async (accountId: string, id: string, within: Within): Promise<Created> => ({
    job: known(await find(accountId, id, within)),
    also: [],
  })
  return {
    create: (job, record) => {
      const fresh = (within: Within): Promise<Created> => inLedger(within, ledger => ledger.create(job))
      const made = { fresh, again: (id: string, within: Within) => again(job.accountId, id, within) }
      return recorded(database, job.accountId, record, job.id, made, turnsOf([job]))
    },
    createBatch: (accountId, jobs, record) => {
      const made = {
        fresh: (within: Within) => inLedger(within, ledger => ledger.createBatch(jobs)),
        again: (then: string, within: Within) => outcomesOf(then, ids => table(within).some(accountId, ids)),
      }
      const turns = turnsOf(jobs.flatMap(job => ('refused' in job ? [] : job)))
      return recorded<readonly BatchOutcome[]>(database, accountId, record, batchRecord, made, turns)
    },
    importLocal: imported =>
      database.transaction([imported.siteId], async within => {
        const came = await inLedger(within, ledger => ledger.importLocal(imported))
        if (came === 'new') await noteLocal(database, imported, within)
        return came !== 'foreign'
      }),
    find: (accountId, id) => database.guarded(() => find(accountId, id)),
    findAt: async (places, id) => {
      const found = await database.guarded(() => table().find(id))
      return found && places.includes(placeOf(found)) ? found : undefined
    },
    list: (accountId, filter, page) => listing<Job>(database, 'jobs', conditions(accountId, filter), page),
    cancel: async (accountId, id, now, record) => {
      const found = await database.guarded(() => find(accountId, id))
      const made = {
        fresh: (within: Within) => inLedger(within, ledger => ledger.cancel(accountId, id, now)),
        again: async (earlier: string, within: Within) => ({
          ...(await again(accountId, earlier, within)),
          accepted: true,
          effects: [],
          changed: false,
        }),
      }
      return recorded<StoredStep | undefined>(database, accountId, record, id, made, turnsOf(found ? [found] : []))
    },
    claim: async claim => {
      // Most who ask find nothing, and need no transaction for it.
      const hasWork = (await database.guarded(() => table().nextFor(claim))) !== undefined
      return hasWork ? change(claim.places, ledger => ledger.claim(claim)) : { jobs: [], also: [] }
    },
    leased: (places, agentId) => database.guarded(() => table().leased(places, agentId)),
    apply: (places, jobId, event, now) => change(speaking(places, jobId), ledger => ledger.apply(places, jobId, event, now)),
    wait: (places, jobId, event, child, now) => change(speaking(places, jobId), ledger => ledger.wait(places, jobId, event, child, now)),
    finishLocal: (siteId, jobId, end, at) => change([siteId], ledger => ledger.finishLocal(siteId, jobId, end, at)),
    tick: async (now, most, spared = []) => {
      await database.guarded(() => forgetKeys(database, now))
      const due = await database.guarded(() => table().due(now, most, spared))
      // One job a transaction: a long one would be in the way of every agent that speaks meanwhile.
      return lookAtEach(due, ({ id, siteId }) => change([siteId], ledger => ledger.look(id, now)), report)
    },
    forget: (endedBefore, most) => database.guarded(() => table().forget(endedBefore, most)),
    events: (accountId, of, after, limit) => eventsAfter(database, accountId, of, after, limit),
  }
}

/** Whose turn it has to be for a change of these jobs. */
function turnsOf(jobs: readonly Job[]): readonly string[] {
  return [...new Set(jobs.flatMap(job => [placeOf(job), job.siteId]))]
}

/** An agent of a pool speaks of jobs of any site: it needs not wait for what the whole pool says. */
function speaking(places: readonly Place[], jobId: string): readonly string[] {
  return places.length === 1 ? places : [jobId]
}

/** A job that a key stands for; it may have been forgotten since. @throws PlatenError job.not_found */
function known(found: Job | undefined): Job {
  if (!found) throw new PlatenError('job.not_found')
  return found
}

function conditions(accountId: string, { siteId, state, kind }: JobFilter): Record<string, string> {
  return { accountId, ...(siteId ? { siteId } : {}), ...(state ? { state } : {}), ...(kind ? { kind } : {}) }
}

async function noteLocal(database: MongoDatabase, job: Job, within: Within): Promise<void> {
  const { id: subject, accountId, createdAt: at } = job
  const actor = 'lease' in job ? `agent:${job.lease.agentId}` : job.origin
  await appendAudit(database, { id: newId('evt'), accountId, at, actor, action: 'job.create', subject, outcome: 'done' }, within)
}
