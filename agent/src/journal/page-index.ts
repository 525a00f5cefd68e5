import type { PlatenError, SpoolChange, SpoolPage } from '@platen/protocol'
import type { ChangeLedger } from '../ports/change-ledger.ts'
import type { SpoolPlace, SpoolPortion, SpoolSink } from '../ports/spool-sink.ts'
import { changeBatch } from './change-batch.ts'
import { changeRows } from './change-rows.ts'
import { dampedWords } from './damped-words.ts'
import { guarded as translated, isBroken, openDatabase, setAside, type Database } from './database.ts'
import { keptRounds } from './kept-rounds.ts'
import { lazyStatements } from './lazy-statements.ts'
import { pageMigrations } from './page-migrations.ts'
import { pageRecords } from './page-records.ts'
import { purgedPages } from './purged-pages.ts'
import { recentChanges } from './recent-changes.ts'

/** How an index is kept, and who hears of what goes wrong with it. */
export interface PageIndexOptions {
  /** Whether nginx keeps pages: without a cache there is nothing to record them for. */
  readonly caches: boolean
  readonly now?: () => number
  /** The file's largest size. */
  readonly mostBytes?: number
  /** The file that was there is broken and lies at `aside` now: a fresh one is begun. */
  readonly lost?: (aside: string) => void
  /** The file broke while it was open: only a fresh start finds out what is left of it. */
  readonly broken?: () => void
}

/** What pages are made of, and what changed and has not been purged yet. */
export type PageIndex = SpoolSink & ChangeLedger & { close(): void }

/** With the log of a commit or two beside it, 64 MiB. */
const mostFileBytes = 62_914_560
/**
 * Of that, what is used before the oldest pages are forgotten, and before they are let go of altogether, since forgetting takes
 * some room itself: a portion of the spool takes little of the rest.
 */
const fullShare = 0.9
const overfullShare = 0.96
/** Pages that are forgotten, or let go of, in one go, which takes some milliseconds. */
const tidyPages = 64
/** Changes that make one piece of work, in characters of JSON: finding the pages of their tags takes some tens of milliseconds. */
const batchCharacters = 262_144

/**
 * The index in one SQLite file. Of pages it is a cache: what a crash of the machine takes of them is found again when nginx's
 * own are told. Changes are on disk before they leave the spool. A broken file is moved aside, and as nobody knows then what
 * had changed, everything has.
 *
 * @throws PlatenError site.locked, store.unavailable, disk.full
 */
export function openPageIndex(file: string, options: PageIndexOptions): PageIndex {
  const { caches, now = Date.now, mostBytes = mostFileBytes, broken = () => {} } = options
  const nowUs = (): number => now() * 1_000
  const { database, wasBroken } = translated(() => openWhole(file, options, mostBytes))
  const statement = lazyStatements(database)
  const records = pageRecords(statement)
  const rounds = keptRounds(records, nowUs)
  const purged = purgedPages(records)
  const rows = translated(() => changeRows(statement))
  const recent = translated(() => recentChanges(statement, nowUs))
  const damped = dampedWords(statement, nowUs)
  let waits = translated(() => rows.any())

  const usedShare = (): number => {
    const pragma = (name: string): number => database.pragma(name, { simple: true }) as number
    return ((pragma('page_count') - pragma('freelist_count')) * pragma('page_size')) / mostBytes
  }
  /** What a page was made of goes before the page itself, which then is under the rules. */
  const makeRoom = (): boolean => {
    const share = usedShare()
    if (share <= fullShare) return false
    const isForgotten = share <= overfullShare && records.forgetOldest(tidyPages) > 0
    if (!isForgotten && records.dropOldest(tidyPages) > 0) rounds.dropped()
    records.flush()
    return true
  }
  // There is one clock in this machine: what lies ahead of now would never be caught up with.
  const notAhead = (at: number): number => Math.min(at, nowUs())
  const putPage = (told: SpoolPage): void => {
    const page = { ...told, at: notAhead(told.at) }
    const missed = recent.missedBy(page)
    records.record(page)
    if (missed === undefined) return
    const what = 'A page was made while something changed'
    rows.put({ at: missed, what, tags: [], hidden: [], urls: [], trees: [], again: [page.url] })
  }
  const putChange = (change: SpoolChange): void => {
    const known = { ...change, at: notAhead(change.at) }
    const effective = known.view === undefined ? known : damped.pass(known)
    if (!effective) return
    rows.put(effective)
    if (caches) recent.note(effective)
  }
  const putPlace = (name: string, place: SpoolPlace | undefined): void => {
    if (!place) return void statement('DELETE FROM places WHERE file = ?').run(name)
    const { inode, offset, skipping } = place
    const replace = 'INSERT OR REPLACE INTO places (file, inode, read, skipping) VALUES (?, ?, ?, ?)'
    statement(replace).run(name, inode, offset, skipping ? 1 : 0)
  }

  const guarded = <Value>(call: () => Value): Value => {
    try {
      return translated(call)
    } catch (error) {
      if (isBroken((error as PlatenError).cause)) broken()
      throw error
    }
  }
  const commit = <Value>(call: () => Value, synced = false): Value =>
    guarded(() => {
      database.pragma(`synchronous = ${synced ? 'FULL' : 'NORMAL'}`)
      try {
        return database.transaction(call)()
      } finally {
        records.discard()
        waits = rows.any()
      }
    })
  if (wasBroken) {
    const what = 'The index of pages was lost'
    commit(() => putChange({ at: nowUs(), what, tags: [], hidden: [], urls: [], trees: [], everything: true, code: true }), true)
  }

  return {
    place: name =>
      guarded(() => {
        const row = statement('SELECT inode, read, skipping FROM places WHERE file = ?').get(name)
        return row && { inode: row['inode'] as string, offset: row['read'] as number, skipping: row['skipping'] === 1 }
      }),
    put: ({ pages = [], changes = [], places }: SpoolPortion) =>
      commit(() => {
        for (const change of changes) putChange(change)
        if (caches) for (const page of pages) putPage(page)
        records.flush()
        rows.bound()
        for (const [name, place] of Object.entries(places)) putPlace(name, place)
      }, changes.length > 0),
    secure: () => guarded(() => void database.pragma('wal_checkpoint(PASSIVE)')),
    tidy: () =>
      commit(() => {
        recent.forget()
        const due = damped.due()
        if (due) putChange(due)
        const more = makeRoom() || rounds.sweep() || purged.sweep()
        records.flush()
        return more
      }),
    pending: () => waits,
    take: jobId =>
      commit(() => {
        const changes = rows.take(jobId, batchCharacters)
        if (changes.length === 0) return undefined
        const batch = changeBatch(changes, { records, gaps: rounds.gaps })
        purged.taken(jobId, batch)
        return batch
      }),
    settle: (jobId, succeeded) => {
      rounds.leave(jobId)
      commit(() => {
        rows.settle(jobId, succeeded)
        purged.settled(jobId)
      })
    },
    release: () =>
      guarded(() => {
        rows.release()
        waits = rows.any()
      }),
    needsKept: jobId => caches && rounds.needed(jobId),
    tellKept: (jobId, urls, isLast) =>
      commit(() => {
        rounds.tell(jobId, urls, isLast)
        records.flush()
        for (let room = 0; room < urls.length && makeRoom(); room += tidyPages);
      }),
    close: () => guarded(() => void database.close()),
  }
}

/** The database that is there, or a fresh one where that is broken. */
function openWhole(
  file: string,
  { now = Date.now, lost = () => {} }: PageIndexOptions,
  mostBytes: number,
): { readonly database: Database; readonly wasBroken: boolean } {
  const shape = { migrations: pageMigrations, mostBytes, cacheKib: 512, logPages: 500 }
  try {
    return { database: openDatabase(file, shape), wasBroken: false }
  } catch (error) {
    if (!isBroken(error)) throw error
  }
  lost(setAside(file, now()))
  return { database: openDatabase(file, shape), wasBroken: true }
}
