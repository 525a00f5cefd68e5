import Database from 'better-sqlite3'
import { PlatenError } from '@platen/protocol'
import { migrations } from './migrations.ts'

/**
 * A parameter that is compared with an indexed column, where it is compared often. SQLite as it comes here (with STAT4) plans a
 * statement anew for each value of a bare one, which takes ten times as long as the search; an expression it takes as it is.
 */
export const planned = '+?'

/** A prepared statement's row as SQLite gives it. */
export type Row = Readonly<Record<string, string | number | null>>

/** SQLite as the roles use it: statements are prepared once. */
export interface SqlDatabase {
  /** Rows of a query. */
  all(sql: string, ...values: readonly unknown[]): readonly Row[]
  /** Rows of a query one by one, until `take` has enough: what comes after is not read. */
  each(sql: string, values: readonly unknown[], take: (row: Row) => boolean): void
  /** The first row of a query. */
  get(sql: string, ...values: readonly unknown[]): Row | undefined
  /** Changes; how many rows. */
  run(sql: string, ...values: readonly unknown[]): number
  /** Statements about transactions, which give nothing back. */
  exec(sql: string): void
  /**
   * Runs a part of the open transaction, which is left as it was where that fails.
   * @throws what `work` throws, PlatenError store.unavailable where no transaction is open any more
   */
  undoable<T>(work: () => Promise<T>): Promise<T>
  /** Whether a transaction is open: SQLite takes one back by itself where the disk fails. */
  isInTransaction(): boolean
  /** Refuses every change from now on. */
  readOnly(): void
  close(): void
}

const busyMs = 5_000
/**
 * A commit writes whole pages, and jobs of many sites touch a page each in every index that begins with the site: small pages
 * (docs/decisions/0004-pages-and-commits.md). 8,000 of them are 16 MB of log between checkpoints.
 */
const pragmas = ['page_size = 2048', 'journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = ON', 'wal_autocheckpoint = 8000']

/**
 * Opens or makes the database of a gateway. WAL with `synchronous = FULL`: a commit that was answered survives a power cut.
 * @throws PlatenError store.unavailable
 */
export function openDatabase(file: string): SqlDatabase {
  const database = opened(file)
  const prepared = new Map<string, Database.Statement>()
  const statement = (sql: string): Database.Statement => {
    const known = prepared.get(sql) ?? database.prepare(sql)
    prepared.set(sql, known)
    return known
  }
  return {
    all: (sql, ...values) => guarded(() => statement(sql).all(...values) as Row[]),
    each: (sql, values, take) =>
      guarded(() => {
        for (const row of statement(sql).iterate(...values)) if (!take(row as Row)) break
      }),
    get: (sql, ...values) => guarded(() => statement(sql).get(...values) as Row | undefined),
    run: (sql, ...values) => guarded(() => statement(sql).run(...values).changes),
    exec: sql => guarded(() => void database.exec(sql)),
    undoable: work => undoable(database, work),
    isInTransaction: () => database.inTransaction,
    readOnly: () => void database.pragma('query_only = ON'),
    close: () => database.close(),
  }
}

function opened(file: string): Database.Database {
  let database: Database.Database | undefined
  try {
    database = new Database(file, { timeout: busyMs })
    for (const pragma of pragmas) database.pragma(pragma)
    migrate(database)
    return database
  } catch (error) {
    database?.close()
    if (error instanceof PlatenError) throw error
    // Also a folder that is not there, which is no error of SQLite's own.
    throw new PlatenError('store.unavailable', `${file} cannot be opened: ${String(error)}`, { cause: error })
  }
}

function migrate(database: Database.Database): void {
  database
    .transaction(() => {
      const version = database.pragma('user_version', { simple: true }) as number
      if (version > migrations.length) throw new PlatenError('store.unavailable', 'The database was made by a newer gateway.')
      for (const sql of migrations.slice(version)) database.exec(sql)
      database.pragma(`user_version = ${migrations.length}`)
    })
    .immediate()
}

async function undoable<T>(database: Database.Database, work: () => Promise<T>): Promise<T> {
  // It would begin one by itself, which nobody would commit as a whole.
  if (!database.inTransaction) throw new PlatenError('store.unavailable', 'The transaction was taken back.')
  const exec = (sql: string): void => guarded(() => void database.exec(sql))
  exec('SAVEPOINT part')
  try {
    const made = await work()
    exec('RELEASE part')
    return made
  } catch (error) {
    if (database.inTransaction) exec('ROLLBACK TO part; RELEASE part')
    throw error
  }
}

/** SQLite's own failures as errors of the table; what the stores throw themselves passes. */
function guarded<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error
    throw new PlatenError(error.code === 'SQLITE_FULL' ? 'disk.full' : 'store.unavailable', undefined, { cause: error })
  }
}
