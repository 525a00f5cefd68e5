import { newId, PlatenError } from '@platen/protocol'
import type { Job } from '../../domain/job.ts'
import { placeOf } from '../../domain/place.ts'
import type { Created, JobStore, StoredStep } from '../../ports/jobs.ts'
import { batchRecord, outcomesOf } from '../batch-record.ts'
import { lookAtEach } from '../due-jobs.ts'
import { JobLedger } from '../job-ledger.ts'
import { QueueRoom } from '../queue-room.ts'
import type { StoreParts } from '../store-parts.ts'
import { appendAudit } from './audit.ts'
import type { SqlDatabase } from './database.ts'
import { eventsAfter } from './events.ts'
import { conditions, read, SqliteJobTable } from './job-table.ts'
import { listing } from './listing.ts'
import { forgetKeys, recorded } from './request-records.ts'

/** Jobs and their events in SQLite. */
export function sqliteJobs(database: SqlDatabase, parts: StoreParts): JobStore {
  const { report = () => {}, bounds } = parts
  const table = new SqliteJobTable(database, parts.kinds)
  const ledger = new JobLedger(table, parts, new QueueRoom(bounds))
  const find = async (accountId: string, id: string): Promise<Job | undefined> => {
    const found = await table.find(id)
    return found?.accountId === accountId ? found : undefined
  }
  const again = async (accountId: string, id: string): Promise<Created> => ({ job: await known(find(accountId, id)), also: [] })
  return {
    create: async (job, record) =>
      recorded(database, job.accountId, record, job.id, {
        fresh: () => ledger.create(job),
        again: id => again(job.accountId, id),
      }),
    createBatch: async (accountId, jobs, record) =>
      recorded(database, accountId, record, batchRecord, {
        fresh: () => ledger.createBatch(jobs),
        again: then => outcomesOf(then, async ids => (await Promise.all(ids.map(id => find(accountId, id)))).flatMap(job => job ?? [])),
      }),
    importLocal: async imported => {
      const came = await ledger.importLocal(imported)
      if (came === 'new') noteLocal(database, imported)
      return came !== 'foreign'
    },
    find,
    findAt: async (places, id) => {
      const found = await table.find(id)
      return found && places.includes(placeOf(found)) ? found : undefined
    },
    list: async (accountId, filter, page) => listing(database, 'jobs', conditions(accountId, filter), page, read),
    cancel: async (accountId, id, now, record) =>
      recorded<StoredStep | undefined>(database, accountId, record, id, {
        fresh: () => ledger.cancel(accountId, id, now),
        again: async earlier => ({ ...(await again(accountId, earlier)), accepted: true, effects: [], changed: false }),
      }),
    claim: claim => ledger.claim(claim),
    leased: (places, agentId) => table.leased(places, agentId),
    apply: (places, jobId, event, now) => ledger.apply(places, jobId, event, now),
    wait: (places, jobId, event, child, now) => ledger.wait(places, jobId, event, child, now),
    finishLocal: (siteId, jobId, end, at) => ledger.finishLocal(siteId, jobId, end, at),
    tick: async (now, most, spared = []) => {
      forgetKeys(database, now)
      const due = await table.due(now, most, spared)
      return lookAtEach(due, ({ id }) => database.undoable(() => ledger.look(id, now)), report)
    },
    forget: (endedBefore, most) => table.forget(endedBefore, most),
    events: async (accountId, of, after, limit) => eventsAfter(database, accountId, of, after, limit),
  }
}

/** A job that a key stands for; it may have been forgotten since. @throws PlatenError job.not_found */
async function known(found: Promise<Job | undefined>): Promise<Job> {
  const job = await found
  if (!job) throw new PlatenError('job.not_found')
  return job
}

function noteLocal(database: SqlDatabase, { id: subject, accountId, createdAt: at, ...job }: Job): void {
  const actor = 'lease' in job ? `agent:${(job as Job & { state: 'running' }).lease.agentId}` : job.origin
  appendAudit(database, { id: newId('evt'), accountId, at, actor, action: 'job.create', subject, outcome: 'done' })
}
