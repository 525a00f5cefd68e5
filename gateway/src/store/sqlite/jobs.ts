import { kinds, newId, PlatenError, type Kind } from '@platen/protocol'
import { isEnded, runDeadline, transition, type Job, type JobEvent, type JobStep } from '../../domain/job.ts'
import type { JobFilter, JobStore } from '../../ports/jobs.ts'
import { appendAudit } from './audit.ts'
import type { Row, SqlDatabase } from './database.ts'
import { appendEvent, eventsAfter, lastSeq } from './events.ts'
import { listing } from './listing.ts'
import { forgetKeys, recorded } from './request-records.ts'
import { requireSite } from './sites.ts'

/** Jobs and their events in SQLite. `random` gives the jitter of back-offs. */
export function sqliteJobs(database: SqlDatabase, random: () => number): JobStore {
  const load = (id: string, scope: { readonly account?: string; readonly site?: string }): Job | undefined => {
    const row = database.get('SELECT * FROM jobs WHERE id = ?', id)
    if (!row || (scope.account ?? row['account_id']) !== row['account_id'] || (scope.site ?? row['site_id']) !== row['site_id'])
      return undefined
    return job(row)
  }
  const step = (present: Job, event: JobEvent, now: number): JobStep => {
    const done = transition(present, event, { now, kind: kindOf(present.kind), random: random() })
    if (done.job !== present) save(database, done.job, present, now)
    return done
  }
  return {
    create: async (created, record) =>
      recorded(database, created.accountId, record, created.id, {
        fresh: () => {
          requireSite(database, created.accountId, created.siteId)
          insert(database, created)
          return created
        },
        again: id => load(id, { account: created.accountId }) as Job,
      }),
    importLocal: async imported =>
      database.transaction(() => {
        const row = database.get('SELECT site_id FROM jobs WHERE id = ?', imported.id)
        if (!row) insertLocal(database, imported)
        return row === undefined || row['site_id'] === imported.siteId
      }),
    find: async (accountId, id) => load(id, { account: accountId }),
    list: async (accountId, filter, page) => listing(database, 'jobs', conditions(accountId, filter), page, job),
    cancel: async (accountId, id, now, record) => {
      const present = (): Job | undefined => load(id, { account: accountId })
      const fresh = (): JobStep | undefined => {
        const found = present()
        return found && cancelled(found, step(found, { type: 'cancel' }, now))
      }
      return recorded(database, accountId, record, id, { fresh, again: () => asItIs(present()) })
    },
    claim: async (siteId, agentId, leaseMs, now) =>
      database.transaction(() => {
        const sql = `SELECT * FROM jobs WHERE site_id = ? AND state = 'queued' AND json_extract(document, '$.notBefore') <= ?
          ORDER BY priority DESC, id LIMIT 1`
        const row = database.get(sql, siteId, now)
        const claimed = row && step(job(row), { type: 'claim', agentId, leaseMs }, now).job
        return claimed?.state === 'offered' ? claimed : undefined
      }),
    leased: async (siteId, agentId) => {
      const sql = `SELECT * FROM jobs WHERE site_id = ? AND state IN ('offered', 'running') ORDER BY id LIMIT 64`
      return database.all(sql, siteId).flatMap(row => leasedTo(job(row), agentId))
    },
    apply: async (siteId, jobId, event, now) =>
      database.transaction(() => {
        const present = load(jobId, { site: siteId })
        return present && step(present, event, now)
      }),
    finishLocal: async (siteId, jobId, end, at) =>
      database.transaction(() => {
        const present = load(jobId, { site: siteId })
        if (!present || present.origin === 'platform') return false
        if (!isEnded(present)) save(database, { ...withoutLease(present), state: end.outcome, finishedAt: at, end }, present, at)
        return true
      }),
    tick: async (now, most) =>
      database.transaction(() => {
        const rows = database.all('SELECT * FROM jobs WHERE due_at <= ? ORDER BY due_at LIMIT ?', now, most)
        for (const row of rows) step(job(row), { type: 'tick' }, now)
        forgetKeys(database, now)
        return [...new Set(rows.map(row => String(row['site_id'])))]
      }),
    events: async (accountId, of, after, limit) => eventsAfter(database, accountId, of, after, limit),
    lastSeq: async () => lastSeq(database),
  }
}

/** What a cancellation came to. @throws PlatenError job.local, job.finished */
function cancelled(before: Job, step: JobStep): JobStep {
  if (before.origin !== 'platform') throw new PlatenError('job.local')
  if (!step.accepted && before.state !== 'cancelled') throw new PlatenError('job.finished')
  return step
}

function asItIs(present: Job | undefined): JobStep | undefined {
  return present && { job: present, accepted: true, effects: [] }
}

function insert(database: SqlDatabase, created: Job): void {
  const sql = 'INSERT INTO jobs (id, account_id, site_id, kind, state, priority, due_at, document) VALUES (?, ?, ?, ?, ?, ?, ?, ?)'
  const { id, accountId, siteId, kind, state } = created
  database.run(sql, id, accountId, siteId, kind, state, kindOf(kind).priority, dueAt(created), JSON.stringify(created))
  appendEvent(database, created, created.createdAt)
}

function insertLocal(database: SqlDatabase, imported: Job): void {
  insert(database, imported)
  const actor = 'lease' in imported ? `agent:${imported.lease.agentId}` : imported.origin
  const { id: subject, accountId, createdAt: at } = imported
  appendAudit(database, { id: newId('evt'), accountId, at, actor, action: 'job.create', subject, outcome: 'done' })
}

/** Writes a job's new state, and an event where the state is another than before. */
function save(database: SqlDatabase, changed: Job, before: Job, now: number): void {
  database.run(
    'UPDATE jobs SET state = ?, due_at = ?, document = ? WHERE id = ?',
    changed.state,
    dueAt(changed),
    JSON.stringify(changed),
    changed.id,
  )
  if (changed.state !== before.state) appendEvent(database, changed, now)
}

/** When the clock has something to do for a job. A local job has no lease: its agent alone knows how it goes. */
function dueAt(present: Job): number | null {
  if (present.origin !== 'platform') return null
  switch (present.state) {
    case 'queued':
      return present.queueDeadline
    case 'offered':
      return Math.min(present.lease.expiresAt, present.queueDeadline)
    case 'running':
      return Math.min(present.lease.expiresAt, runDeadline(present, kindOf(present.kind)))
    case 'succeeded':
    case 'failed':
    case 'cancelled':
    case 'expired':
      return null
  }
}

function withoutLease(present: Job): Omit<Job, 'state'> {
  const {
    lease: _lease,
    notBefore: _notBefore,
    startedAt: _startedAt,
    cancelling: _cancelling,
    ...rest
  } = present as Job & Record<string, unknown>
  return rest
}

function leasedTo(present: Job, agentId: string): (Job & { state: 'offered' | 'running' })[] {
  const leased = present.state === 'offered' || present.state === 'running'
  return leased && present.origin === 'platform' && present.lease.agentId === agentId ? [present] : []
}

function conditions(accountId: string, { siteId, state, kind }: JobFilter): Record<string, string> {
  return { account_id: accountId, ...(siteId ? { site_id: siteId } : {}), ...(state ? { state } : {}), ...(kind ? { kind } : {}) }
}

function job(row: Row): Job {
  return JSON.parse(String(row['document'])) as Job
}

/** What the machine has to know of a kind; one that an older gateway made and this one does not know is never tried again. */
function kindOf(name: string): Kind {
  return kinds.find(kind => kind.name === name) ?? unknownKind(name)
}

function unknownKind(name: string): Kind {
  return { ...(kinds[0] as Kind), name, priority: 0, retry: { attempts: 1, firstMs: 0, capMs: 0, codes: [] } }
}
