import type { Database, Row, Statement } from './database.ts'

/** Statements by their text, each prepared when it is first wanted: most of an idle agent's never are. */
export type Statements = (text: string) => Statement

/** Those of one database. */
export function lazyStatements(database: Database): Statements {
  const prepared = new Map<string, Statement>()
  return text => {
    const known = prepared.get(text)
    if (known) return known
    const statement = database.prepare<unknown[], Row>(text)
    prepared.set(text, statement)
    return statement
  }
}
