import type { SpoolChange } from '@platen/protocol'
import { namedBy, wordsOf } from '../domain/change-words.ts'
import { changedInView, longestUs, purgedAgain, type Damping } from '../domain/damping.ts'
import type { Row } from './database.ts'
import type { Statements } from './lazy-statements.ts'

/** What changes while pages are made, word by word: how often it has, and what of it waits. */
export interface DampedWords {
  /** What such a change brings into effect at once; undefined where all of it waits. */
  pass(change: SpoolChange): SpoolChange | undefined
  /** What has waited long enough, as one change. */
  due(): SpoolChange | undefined
}

/** Beyond so many, those that would wait least are purged, and forgotten. */
const mostWords = 5_000
const forgetEveryUs = 60_000_000
const whatCharacters = 200

/** Those in one database. */
export function dampedWords(statement: Statements, nowUs: () => number): DampedWords {
  let forgotUs = 0
  const find = (word: string): Damping | undefined => {
    const row = statement('SELECT wait, until, what FROM damped WHERE word = ?').get(word)
    return row && dampingOf(row)
  }
  const put = (word: string, { waitUs, untilUs, held }: Damping, what: string): void => {
    const replace = 'INSERT OR REPLACE INTO damped (word, wait, until, what) VALUES (?, ?, ?, ?)'
    statement(replace).run(word, waitUs, untilUs, held ? what : null)
  }
  const passes = (word: string, { view, what }: SpoolChange): boolean => {
    const next = changedInView(find(word), view === 'refresh', nowUs())
    put(word, next, what)
    return next.passes
  }
  const forgetQuiet = (): void => {
    if (Math.abs(nowUs() - forgotUs) < forgetEveryUs) return
    forgotUs = nowUs()
    statement('DELETE FROM damped WHERE what IS NULL AND until + wait < ?').run(nowUs())
  }
  const tooMany = (): readonly Row[] => {
    const { count } = statement('SELECT count(*) AS count FROM damped').get() as { readonly count: number }
    if (count <= mostWords) return []
    const rows = statement('SELECT word, wait, until, what FROM damped ORDER BY until LIMIT ?').all(count - mostWords)
    for (const { word } of rows) statement('DELETE FROM damped WHERE word = ?').run(word)
    return rows.filter(row => row['what'] !== null)
  }
  /** Also what would wait longer than anything does: somebody has set the clock back. */
  const ended = (): readonly Row[] => {
    const select = 'SELECT word, wait, until, what FROM damped WHERE what IS NOT NULL AND (until <= ? OR until > ?)'
    const rows = statement(select).all(nowUs(), nowUs() + longestUs)
    for (const row of rows) put(row['word'] as string, purgedAgain(dampingOf(row), nowUs()), '')
    return rows
  }
  return {
    pass: change => {
      const named = namedBy(wordsOf(change).filter(word => passes(word, change)))
      const { at, what, hidden, closed = [], code, urgent } = change
      const isEmpty = wordsOf(named).length === 0 && hidden.length === 0 && closed.length === 0
      const rest = {
        ...(closed.length > 0 ? { closed } : {}),
        ...(code && named.everything ? { code } : {}),
        ...(urgent ? { urgent } : {}),
      }
      return isEmpty ? undefined : { at, what, hidden, ...named, ...rest }
    },
    due: () => {
      forgetQuiet()
      const rows = [...tooMany(), ...ended()]
      if (rows.length === 0) return undefined
      const whats = [...new Set(rows.map(row => row['what'] as string))]
      const what = whats.length === 1 ? whats[0] : `${whats.length} changes that were made while pages were`
      // As if it happened now: nothing is to be removed in haste for what has waited so long.
      return { at: nowUs(), what: (what ?? '').slice(0, whatCharacters), hidden: [], ...namedBy(rows.map(row => row['word'] as string)) }
    },
  }
}

function dampingOf(row: Row): Damping {
  return { waitUs: row['wait'] as number, untilUs: row['until'] as number, held: row['what'] !== null }
}
