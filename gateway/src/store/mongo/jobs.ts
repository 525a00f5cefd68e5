import { newId, PlatenError } from '@platen/protocol'
import type { Job, JobStep } from '../../domain/job.ts'
import { placeOf } from '../../domain/place.ts'
import type { Created, JobFilter, JobStore, StoredStep } from '../../ports/jobs.ts'
import { JobLedger, type MachineParts } from '../job-ledger.ts'
import { appendAudit } from './audit.ts'
import type { MongoDatabase, Within } from './database.ts'
import { eventsAfter } from './events.ts'
import { MongoJobTable } from './job-table.ts'
import { listing } from './listing.ts'
import { forgetKeys, recorded } from './request-records.ts'

/** Jobs and their events in MongoDB: every change is a transaction of its own. */
export function mongoJobs(database: MongoDatabase, parts: MachineParts): JobStore {
  const table = (within: Within = {}): MongoJobTable => new MongoJobTable(database, parts.kinds, within)
  const inLedger = <T>(work: (ledger: JobLedger, within: Within) => Promise<T>): Promise<T> =>
    database.transaction(within => work(new JobLedger(table(within), parts), within))
  const ledger = (within: Within): JobLedger => new JobLedger(table(within), parts)
  const find = async (accountId: string, id: string, within: Within = {}): Promise<Job | undefined> => {
    const found = await table(within).find(id)
    return found?.accountId === accountId ? found : undefined
  }
  const again = async (accountId: string, id: string, within: Within): Promise<Created> => ({
    job: known(await find(accountId, id, within)),
    also: [],
  })
  return {
    create: (job, record) =>
      recorded(database, job.accountId, record, job.id, {
        fresh: within => ledger(within).create(job),
        again: (id, within) => again(job.accountId, id, within),
      }),
    createBatch: (accountId, jobs, record) =>
      recorded(database, accountId, record, jobs.map(({ id }) => id).join(' '), {
        fresh: within => ledger(within).createBatch(jobs),
        // All that a store can hold against one job of a batch is its site; what it refused then is not there now.
        again: async (ids, within) => {
          const found = await Promise.all(ids.split(' ').map(id => find(accountId, id, within)))
          return found.map(job => (job ? { job, also: [] } : { refused: 'site.not_found' as const }))
        },
      }),
    importLocal: imported =>
      inLedger(async (open, within) => {
        const came = await open.importLocal(imported)
        if (came === 'new') await noteLocal(database, imported, within)
        return came !== 'foreign'
      }),
    find: (accountId, id) => database.guarded(() => find(accountId, id)),
    findAt: async (places, id) => {
      const found = await database.guarded(() => table().find(id))
      return found && places.includes(placeOf(found)) ? found : undefined
    },
    list: (accountId, filter, page) => listing<Job>(database, 'jobs', conditions(accountId, filter), page),
    cancel: (accountId, id, now, record) =>
      recorded<StoredStep | undefined>(database, accountId, record, id, {
        fresh: within => ledger(within).cancel(accountId, id, now),
        again: async (earlier, within) => ({ ...(await again(accountId, earlier, within)), accepted: true, effects: [] }),
      }),
    claim: claim => inLedger(open => open.claim(claim)),
    leased: (places, agentId) => database.guarded(() => table().leased(places, agentId)),
    apply: (places, jobId, event, now) => inLedger(open => open.apply(places, jobId, event, now)),
    wait: (places, jobId, event, child, now) => inLedger(open => open.wait(places, jobId, event, child, now)),
    finishLocal: (siteId, jobId, end, at) => inLedger(open => open.finishLocal(siteId, jobId, end, at)),
    tick: async (now, most) => {
      await database.guarded(() => forgetKeys(database, now))
      const steps: JobStep[] = []
      // One job a transaction: a long one would be in the way of every agent that speaks meanwhile.
      for (let looked = 0; looked < most; looked += 1) {
        const some = await inLedger(open => open.tick(now, 1))
        if (some.length === 0) break
        steps.push(...some)
      }
      return steps
    },
    forget: (endedBefore, most) => database.guarded(() => table().forget(endedBefore, most)),
    events: (accountId, of, after, limit) => eventsAfter(database, accountId, of, after, limit),
  }
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
