import Database from 'better-sqlite3'
import { limits, PlatenError } from '@platen/protocol'
import type { Run } from '../domain/run.ts'
import type { Journal, OutboxItem } from '../ports/journal.ts'
import { migrations } from './migrations.ts'

/** How much a journal keeps. */
export interface JournalOptions {
  /** Ended runs that are kept at least; older ones go once `keepMs` has passed too. */
  readonly keepRuns?: number
  /** Longer than a grant lives, so that a grant can't be taken a second time after its run was forgotten. */
  readonly keepMs?: number
  readonly outboxBytes?: number
  readonly now?: () => number
}

type Frame = OutboxItem['frame']
type Row = Record<string, unknown>

const busyMs = 500
/** SQLite keeps this many KiB of pages; reading one again from the page cache of the system costs next to nothing. */
const cacheKib = 256

/**
 * The journal in one SQLite file, held exclusively: a second process that opens it gets `site.locked`, and the kernel lets
 * go of the lock however the holder dies. Every commit is synced (WAL, synchronous FULL).
 *
 * @throws PlatenError site.locked, store.unavailable, disk.full
 */
export function openJournal(file: string, options: JournalOptions = {}): Journal {
  const { keepRuns = 200, keepMs = 3_600_000, outboxBytes = limits.outbox.bytes, now = Date.now } = options
  const database = guarded(() => open(file))
  const statements = prepare(database)

  const waitingBytes = (): number => statements.outboxBytes.get()?.['bytes'] as number
  const unfinishedCount = (): number => statements.unfinishedCount.get()?.['count'] as number

  /** A run that is taken on will want to report: room for the largest result of each is kept, so no result is ever dropped. */
  const assertRoom = (frames: readonly Frame[]): void => {
    const coming = frames.reduce((sum, frame) => sum + Buffer.byteLength(JSON.stringify(frame)), 0)
    const promised = (unfinishedCount() + 1) * limits.job.resultBytes
    if (waitingBytes() + promised + coming > outboxBytes) throw new PlatenError('outbox.full')
  }

  const save = database.transaction((run: Run, frames: readonly Frame[]) => {
    const known = statements.find.get(run.jobId)
    if (run.state !== 'ended' && (!known || known['ended'] === 1)) assertRoom(frames)
    const finishedAt = run.state === 'ended' ? run.finishedAt : null
    statements.save.run(run.jobId, run.state === 'ended' ? 1 : 0, run.createdAt, finishedAt, JSON.stringify(run))
    for (const frame of frames) {
      const text = JSON.stringify(frame)
      statements.put.run(frame.jobId, aboutOf(frame), Buffer.byteLength(text), text)
    }
    if (run.state === 'ended') {
      statements.forgetSteps.run(run.jobId)
      statements.forgetRuns.run(keepRuns, now() - keepMs)
    }
  })

  const nonce = database.transaction((value: string, expiresAt: number): boolean => {
    statements.forgetNonces.run(now())
    return statements.nonce.run(value, expiresAt).changes === 1
  })

  const toRun = (row: Row): Run => {
    const run = JSON.parse(row['body'] as string) as Run
    if (run.state !== 'running') return run
    const begun = statements.stepsBegun.all(run.jobId)
    return { ...run, steps: begun.map(step => ({ name: step['name'] as string, kind: step['kind'] as string })) }
  }

  return {
    save: (run, frames = []) => guarded(() => save(run, frames)),
    find: jobId =>
      guarded(() => {
        const row = statements.find.get(jobId)
        return row && toRun(row)
      }),
    unfinished: () => guarded(() => statements.unfinished.all().map(toRun)),
    recent: limit => guarded(() => statements.recent.all(limit).map(toRun)),
    outbox: limit => guarded(() => statements.outbox.all(limit).map(toItem)),
    waiting: () => guarded(() => statements.waiting.get()?.['count'] as number),
    acknowledge: (jobId, about) => guarded(() => void statements.acknowledge.run(jobId, about)),
    step: (jobId, name, kind, phase) => guarded(() => void statements.step.run(jobId, name, kind, phase)),
    nonce: (value, expiresAt) => guarded(() => nonce(value, expiresAt)),
    get: name => guarded(() => statements.get.get(name)?.['value'] as string | undefined),
    set: (name, value) => guarded(() => void statements.set.run(name, value)),
    close: () => guarded(() => void database.close()),
  }
}

function open(file: string): Database.Database {
  const database = new Database(file, { timeout: busyMs })
  try {
    // Before the first read: then WAL needs no shared memory file, and the lock is kept from the first access to the close.
    database.pragma('locking_mode = EXCLUSIVE')
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = FULL')
    database.pragma(`cache_size = -${cacheKib}`)
    database.pragma('wal_autocheckpoint = 200')
    database.pragma('journal_size_limit = 1048576')
    migrate(database)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function migrate(database: Database.Database): void {
  database
    .transaction(() => {
      const version = database.pragma('user_version', { simple: true }) as number
      if (version > migrations.length) throw new PlatenError('store.unavailable', 'The journal was written by a newer agent.')
      for (const step of migrations.slice(version)) database.exec(step)
      database.pragma(`user_version = ${migrations.length}`)
    })
    .exclusive()
}

/** Every statement that the journal makes, prepared once. */
function prepare(database: Database.Database) {
  const sql = (text: string): Database.Statement<unknown[], Row> => database.prepare<unknown[], Row>(text)
  return {
    save: sql('INSERT OR REPLACE INTO runs (job_id, ended, created_at, finished_at, body) VALUES (?, ?, ?, ?, ?)'),
    find: sql('SELECT ended, body FROM runs WHERE job_id = ?'),
    unfinished: sql('SELECT body FROM runs WHERE ended = 0 ORDER BY created_at, job_id'),
    unfinishedCount: sql('SELECT count(*) AS count FROM runs WHERE ended = 0'),
    recent: sql('SELECT body FROM runs ORDER BY created_at DESC, job_id DESC LIMIT ?'),
    forgetRuns: sql(
      `DELETE FROM runs WHERE ended = 1 AND finished_at < (
         SELECT min(finished_at) FROM (SELECT finished_at FROM runs WHERE ended = 1 ORDER BY finished_at DESC LIMIT ?)
       ) AND finished_at < ?`,
    ),
    put: sql('INSERT OR REPLACE INTO outbox (job_id, about, bytes, frame) VALUES (?, ?, ?, ?)'),
    outbox: sql('SELECT id, frame FROM outbox ORDER BY id LIMIT ?'),
    outboxBytes: sql('SELECT coalesce(sum(bytes), 0) AS bytes FROM outbox'),
    waiting: sql("SELECT count(*) AS count FROM outbox WHERE about = 'outcome'"),
    acknowledge: sql('DELETE FROM outbox WHERE job_id = ? AND about = ?'),
    step: sql('INSERT INTO steps (job_id, name, kind, phase) VALUES (?, ?, ?, ?)'),
    stepsBegun: sql("SELECT name, kind FROM steps WHERE job_id = ? AND phase = 'begun' ORDER BY id"),
    forgetSteps: sql('DELETE FROM steps WHERE job_id = ?'),
    nonce: sql('INSERT OR IGNORE INTO nonces (nonce, expires_at) VALUES (?, ?)'),
    forgetNonces: sql('DELETE FROM nonces WHERE expires_at < ?'),
    get: sql('SELECT value FROM named WHERE name = ?'),
    set: sql('INSERT OR REPLACE INTO named (name, value) VALUES (?, ?)'),
  }
}

function toItem(row: Row): OutboxItem {
  return { id: row['id'] as number, frame: JSON.parse(row['frame'] as string) as Frame }
}

function aboutOf(frame: Frame): 'outcome' | 'created' {
  return frame.type === 'job.created' ? 'created' : 'outcome'
}

/** Runs a call of SQLite and turns its errors into those of the table. */
function guarded<Value>(call: () => Value): Value {
  try {
    return call()
  } catch (error) {
    if (error instanceof PlatenError) throw error
    const { code } = error as { code?: string }
    if (code?.startsWith('SQLITE_BUSY')) throw new PlatenError('site.locked', undefined, { cause: error })
    throw new PlatenError(code === 'SQLITE_FULL' ? 'disk.full' : 'store.unavailable', undefined, { cause: error })
  }
}
