import Sqlite from 'better-sqlite3'
import { readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { PlatenError } from '@platen/protocol'

/** One SQLite database. */
export type Database = Sqlite.Database

/** A statement that gives rows by name. */
export type Statement = Sqlite.Statement<unknown[], Row>

/** A row by its columns' names. */
export type Row = Record<string, unknown>

/** What a database is like. */
export interface DatabaseShape {
  /** The steps that lead to its present shape: step N takes it from version N to N + 1. */
  readonly migrations: readonly string[]
  /** It never grows beyond: what would, fails as on a full disk. */
  readonly mostBytes: number
  /** SQLite keeps this many KiB of pages; reading one again from the page cache of the system costs next to nothing. */
  readonly cacheKib: number
  /** Pages that the log may hold before they go to the file. */
  readonly logPages: number
}

const busyMs = 500

/**
 * Opens the file, held exclusively, checks it, and brings it to the present shape. Every commit is synced (WAL, synchronous
 * FULL).
 */
export function openDatabase(file: string, { migrations, mostBytes, cacheKib, logPages }: DatabaseShape): Database {
  const database = new Sqlite(file, { timeout: busyMs })
  try {
    // Before the first read: then WAL needs no shared memory file, and the lock is kept from the first access to the close.
    database.pragma('locking_mode = EXCLUSIVE')
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = FULL')
    database.pragma(`cache_size = -${cacheKib}`)
    database.pragma(`wal_autocheckpoint = ${logPages}`)
    database.pragma('journal_size_limit = 1048576')
    assertWhole(database)
    migrate(database, migrations)
    database.pragma(`max_page_count = ${Math.floor(mostBytes / (database.pragma('page_size', { simple: true }) as number))}`)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** Whether an error says that the file's content is broken, which no waiting mends. */
export function isBroken(error: unknown): boolean {
  const code = (error as { code?: unknown } | undefined)?.code
  return typeof code === 'string' && /^SQLITE_(CORRUPT|NOTADB)/.test(code)
}

/**
 * Moves a broken database aside, for people to look at, and answers its new path. Of several only the newest is kept, so that a
 * disk that breaks again and again is not filled.
 */
export function setAside(file: string, now: number): string {
  const folder = dirname(file)
  const prefix = `${basename(file)}.corrupt-`
  for (const name of readdirSync(folder)) if (name.startsWith(prefix)) rmSync(join(folder, name), { force: true })
  const aside = join(folder, `${prefix}${new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`)
  renameSync(file, aside)
  // What a WAL holds belongs to the file that it was written for.
  for (const suffix of ['-wal', '-shm']) rename(`${file}${suffix}`, `${aside}${suffix}`)
  return aside
}

/** Named values of a broken database whose name begins so, as far as they can still be read: what a person said is worth the try. */
export function salvage(aside: string, prefix: string): readonly Row[] {
  let database: Database | undefined
  try {
    database = new Sqlite(aside, { readonly: true, fileMustExist: true })
    return database.prepare<unknown[], Row>('SELECT name, value FROM named WHERE substr(name, 1, ?) = ?').all(prefix.length, prefix)
  } catch {
    // Then that page is among the broken ones.
    return []
  } finally {
    database?.close()
  }
}

/** Runs a call of SQLite and turns its errors into those of the table. */
export function guarded<Value>(call: () => Value): Value {
  try {
    return call()
  } catch (error) {
    if (error instanceof PlatenError) throw error
    const { code } = error as { code?: string }
    if (code?.startsWith('SQLITE_BUSY')) throw new PlatenError('site.locked', undefined, { cause: error })
    throw new PlatenError(code === 'SQLITE_FULL' ? 'disk.full' : 'store.unavailable', undefined, { cause: error })
  }
}

/** A page that was overwritten shows when it is read, which may be in the middle of a job: all of them are looked at first. */
function assertWhole(database: Database): void {
  const [first] = database.pragma('quick_check(1)') as { quick_check: string }[]
  if (first?.quick_check !== 'ok') throw Object.assign(new Error(first?.quick_check), { code: 'SQLITE_CORRUPT' })
}

function migrate(database: Database, migrations: readonly string[]): void {
  const version = database.pragma('user_version', { simple: true }) as number
  if (version > migrations.length) throw new PlatenError('store.unavailable', 'It was written by a newer agent.')
  // Nothing is written where nothing is to be done: a full disk does not keep the agent from starting.
  if (version === migrations.length) return
  database
    .transaction(() => {
      for (const step of migrations.slice(version)) database.exec(step)
      database.pragma(`user_version = ${migrations.length}`)
    })
    .exclusive()
}

function rename(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
