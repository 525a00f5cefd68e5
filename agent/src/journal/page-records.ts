import type { SpoolPage } from '@platen/protocol'
import { packNumbers, unpackNumbers } from '../domain/packed-numbers.ts'
import { tagSets } from '../domain/page-tags.ts'
import type { Row } from './database.ts'
import type { Statements } from './lazy-statements.ts'
import { setPages } from './set-pages.ts'
import { shortDigest, tagSetsIn } from './tag-sets.ts'

/** What is recorded of a page: all that it was made of, some of it, or nothing but that nginx keeps it. */
export type Known = 'whole' | 'part' | 'nothing'

/** Pages, and what they were made of. Writing happens in a transaction that ends with `flush`, or with `discard` where it fails. */
export interface PageRecords {
  record(page: SpoolPage): void
  /** nginx keeps this page, as was told in the round of this number. */
  keep(url: string, round: number): void
  /** A page was purged: what it was made of before a moment tells nothing of the one that nginx has now, so rules hold for it as well. */
  outdate(url: string, beforeUs: number): void
  /** Likewise of the pages behind a number, so many at most; answers where to go on. */
  outdateBehind(after: number, beforeUs: number, most: number): number | undefined
  /** Forgets what the pages were made of that were made longest ago; answers how many. */
  forgetOldest(most: number): number
  /** Lets go of pages altogether, those first of which nothing is known, then the oldest; answers how many. */
  dropOldest(most: number): number
  /** Of the pages behind a number, lets go of those that no round since named and that are older; answers where to go on. */
  dropUnkept(after: number, round: number, beforeUs: number, most: number): number | undefined
  flush(): void
  discard(): void
  known(url: string): Known | undefined
  /** Numbers of the pages that have a tag go into `found`. */
  collect(tag: string, found: Set<number>): void
  url(page: number): string | undefined
  /** Pages that rules hold for, below an address. */
  below(tree: string, most: number): readonly string[]
}

const keyBytes = 6
/** In the order of bytes it comes after all that an address can hold. */
const lastCharacter = '\u{10ffff}'

/** Those in one database. */
export function pageRecords(statement: Statements): PageRecords {
  const sets = tagSetsIn(statement)
  const members = setPages(statement)
  const find = (url: string): Row | undefined =>
    statement('SELECT id, partial, sets FROM pages WHERE key = ? AND url = ?').get(shortDigest(url, keyBytes), url)
  const insert = (url: string, at: number, partial: 0 | 1, kept: number, packed: Uint8Array | null): number =>
    Number(
      statement('INSERT INTO pages (key, at, partial, kept, url, sets) VALUES (?, ?, ?, ?, ?, ?)').run(
        shortDigest(url, keyBytes),
        at,
        partial,
        kept,
        url,
        packed,
      ).lastInsertRowid,
    )
  /** Takes a page out of the sets that it had and does not have any more, and puts it into those that are new. */
  const regroup = (page: number, before: readonly number[], now: readonly number[]): void => {
    for (const set of before) if (!now.includes(set)) members.remove(set, page)
    for (const set of now) if (!before.includes(set)) members.add(set, page)
  }
  const drop = (row: Row): void => {
    regroup(row['id'] as number, setsOf(row), [])
    statement('DELETE FROM pages WHERE id = ?').run(row['id'])
  }
  return {
    record: ({ url, at, tags, partial }) => {
      const now = tagSets(tags).map(set => sets.intern(set))
      const packed = packNumbers(now)
      const rules = partial ? 1 : 0
      const row = find(url)
      if (!row) return regroup(insert(url, at, rules, 0, packed), [], now)
      regroup(row['id'] as number, setsOf(row), now)
      statement('UPDATE pages SET at = ?, partial = ?, sets = ? WHERE id = ?').run(at, rules, packed, row['id'])
    },
    keep: (url, round) => {
      const row = find(url)
      if (row) statement('UPDATE pages SET kept = max(kept, ?) WHERE id = ?').run(round, row['id'])
      else insert(url, 0, 1, round, null)
    },
    outdate: (url, beforeUs) => {
      const outdate = 'UPDATE pages SET partial = 1 WHERE key = ? AND url = ? AND at < ? AND partial = 0'
      statement(outdate).run(shortDigest(url, keyBytes), url, beforeUs)
    },
    outdateBehind: (after, beforeUs, most) => {
      const rows = statement('SELECT id FROM pages WHERE id > ? ORDER BY id LIMIT ?').all(after, most)
      const last = rows.at(-1)?.['id']
      if (last === undefined) return undefined
      statement('UPDATE pages SET partial = 1 WHERE id > ? AND id <= ? AND at < ? AND partial = 0').run(after, last, beforeUs)
      return rows.length === most ? (last as number) : undefined
    },
    forgetOldest: most => {
      const rows = statement('SELECT id, sets FROM pages WHERE sets IS NOT NULL ORDER BY at LIMIT ?').all(most)
      for (const row of rows) {
        regroup(row['id'] as number, setsOf(row), [])
        statement('UPDATE pages SET partial = 1, sets = NULL WHERE id = ?').run(row['id'])
      }
      return rows.length
    },
    dropOldest: most => {
      const rows = statement('SELECT id, sets FROM pages ORDER BY sets IS NOT NULL, at LIMIT ?').all(most)
      for (const row of rows) drop(row)
      return rows.length
    },
    dropUnkept: (after, round, beforeUs, most) => {
      const rows = statement('SELECT id, at, kept, sets FROM pages WHERE id > ? ORDER BY id LIMIT ?').all(after, most)
      for (const row of rows) if ((row['kept'] as number) < round && (row['at'] as number) < beforeUs) drop(row)
      return rows.length === most ? (rows.at(-1)?.['id'] as number) : undefined
    },
    flush: () => {
      for (const set of members.flush()) sets.remove(set)
      sets.forget()
    },
    discard: () => {
      members.discard()
      sets.forget()
    },
    known: url => {
      const row = find(url)
      if (!row) return undefined
      return row['sets'] === null ? 'nothing' : row['partial'] === 1 ? 'part' : 'whole'
    },
    collect: (tag, found) => {
      for (const set of sets.holding(tag)) members.collect(set, found)
    },
    url: page => statement('SELECT url FROM pages WHERE id = ?').get(page)?.['url'] as string | undefined,
    below: (tree, most) =>
      statement('SELECT url FROM pages WHERE partial = 1 AND url >= ? AND url < ? LIMIT ?')
        .all(tree, tree + lastCharacter, most)
        .map(row => row['url'] as string),
  }
}

function setsOf(row: Row): readonly number[] {
  return row['sets'] === null ? [] : unpackNumbers(row['sets'] as Uint8Array)
}
