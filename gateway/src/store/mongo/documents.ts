import type { Row } from './database.ts'

/**
 * A thing as a row keeps it: as the JSON text that it is, since keys and numbers of inputs and results have to come back as they
 * were, with what is searched by beside it.
 */
export function rowOf(thing: { readonly id: string }, searched: Readonly<Record<string, unknown>>): Row {
  return { _id: thing.id, ...searched, document: JSON.stringify(thing) }
}

/** How large the thing of a row is. */
export function bytesOf(row: Row): number {
  return Buffer.byteLength(String(row['document']))
}

/** The thing of a row. */
export function thingOf(row: Row): unknown {
  return JSON.parse(String(row['document']))
}
