import type { SpoolChange, SpoolPage } from '@platen/protocol'
import { everyPage, wordsOf } from '../domain/change-words.ts'
import { classTag } from '../domain/page-tags.ts'
import type { Statements } from './lazy-statements.ts'

/** What changed lately: a page that was begun before that may be stored after its purge, and has to be purged again. */
export interface RecentChanges {
  note(change: SpoolChange): void
  /** When something last changed that the page was made of and does not have yet, or undefined. */
  missedBy(page: SpoolPage): number | undefined
  /** Forgets what no page can still be made without. */
  forget(): void
}

/** A render that takes longer is ended by PHP-FPM or nginx. */
const rememberUs = 600_000_000
/** Beyond this many words all that was noted counts as one change of everything. */
const mostWords = 50_000
const forgetEveryUs = 60_000_000

/** Those in one database. `nowUs` is the clock of pages and changes. */
export function recentChanges(statement: Statements, nowUs: () => number): RecentChanges {
  const newest = (): number => (statement('SELECT max(at) AS at FROM recent').get()?.['at'] as number | null) ?? 0
  const count = (): number => statement('SELECT count(*) AS count FROM recent').get()?.['count'] as number
  let newestUs = newest()
  let words = count()
  let forgotUs = 0
  const put = (word: string, at: number): void => {
    const sooner = 'INSERT INTO recent (word, at) VALUES (?, ?) ON CONFLICT (word) DO UPDATE SET at = max(at, excluded.at)'
    statement(sooner).run(word, at)
    words += 1
  }
  // What is later than now was noted before somebody set the clock back: pages would be begun before it again and again.
  const since = (word: string, at: number): number | undefined =>
    statement('SELECT at FROM recent WHERE word = ? AND at > ? AND at <= ?').get(word, at, nowUs())?.['at'] as number | undefined
  const treeSince = (url: string, at: number): number | undefined =>
    statement(
      "SELECT max(at) AS at FROM recent WHERE word > 't' AND word < 'u' AND at > ? AND at <= ? AND substr(?, 1, length(word) - 1) = substr(word, 2)",
    ).get(at, nowUs(), url)?.['at'] as number | undefined
  return {
    note: change => {
      for (const word of allWordsOf(change)) put(word, change.at)
      newestUs = Math.max(newestUs, change.at)
      if (words <= mostWords) return
      words = count()
      if (words <= mostWords) return
      statement('DELETE FROM recent').run()
      words = 0
      put(everyPage, newestUs)
    },
    missedBy: ({ at, url, tags, partial }) => {
      if (at >= newestUs) return undefined
      const words = [everyPage, ...tags.map(tag => `#${tag}`), ...(partial ? [`u${url}`] : [])]
      for (const word of words) {
        const missed = since(word, at)
        if (missed !== undefined) return missed
      }
      return partial ? (treeSince(url, at) ?? undefined) : undefined
    },
    forget: () => {
      if (Math.abs(nowUs() - forgotUs) < forgetEveryUs) return
      forgotUs = nowUs()
      statement('DELETE FROM recent WHERE at < ?').run(nowUs() - rememberUs)
      newestUs = newest()
      words = count()
    },
  }
}

/** A page whose tags were folded has those of classes. */
function allWordsOf(change: SpoolChange): ReadonlySet<string> {
  return new Set([...wordsOf(change), ...change.tags.map(tag => `#${classTag(tag)}`)])
}
