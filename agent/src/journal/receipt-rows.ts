import { canonicalJson, limits, PlatenError, type Json, type ReceiptSigned } from '@platen/protocol'
import type { ReceiptPage } from '../ports/receipts.ts'
import type { Statements } from './lazy-statements.ts'

/** How many receipts are kept. */
export interface ReceiptBounds {
  readonly bytes: number
  readonly ms: number
  /** The newest ones, whatever the clock says. */
  readonly always: number
}

/** Receipts in one database. Whoever puts some does so in a transaction of his own. */
export interface ReceiptRows {
  put(receipts: readonly ReceiptSigned[]): void
  last(): ReceiptSigned | undefined
  page(from: number): ReceiptPage
  /** Lets go of the oldest, never of one behind one that stays: what is kept is a chain without holes. */
  tidy(now: number): void
}

export const usualReceiptBounds: ReceiptBounds = {
  bytes: limits.receipt.keptBytes,
  ms: limits.receipt.keptMs,
  always: limits.receipt.keptAlways,
}

const textOfLast = 'SELECT line FROM receipts ORDER BY number DESC LIMIT 1'
const textOfTidying = `DELETE FROM receipts WHERE
    number <= (SELECT number FROM (SELECT number, sum(bytes) OVER (ORDER BY number DESC) AS total FROM receipts)
      WHERE total > ? ORDER BY number DESC LIMIT 1)
    AND number < (SELECT max(number) FROM receipts)
  OR number < coalesce((SELECT min(number) FROM receipts WHERE at >= ?), 9e18)
    AND number <= (SELECT number FROM receipts ORDER BY number DESC LIMIT 1 OFFSET ?)`

/** Those in one database. */
export function receiptRows(statement: Statements, bounds: ReceiptBounds): ReceiptRows {
  const last = (): ReceiptSigned | undefined => {
    const row = statement(textOfLast).get()
    return row && (JSON.parse(row['line'] as string) as ReceiptSigned)
  }
  return {
    put: receipts => {
      let before = receipts.length > 0 ? last() : undefined
      for (const signed of receipts) {
        assertNext(before, signed)
        const { chain, seq, at } = signed.receipt
        const line = canonicalJson(signed as unknown as Json)
        const sql = 'INSERT INTO receipts (chain, seq, at, bytes, line) VALUES (?, ?, ?, ?, ?)'
        statement(sql).run(chain, seq, at, Buffer.byteLength(line), line)
        before = signed
      }
    },
    last,
    page: from => {
      const rows = statement('SELECT number, line FROM receipts WHERE number >= ? ORDER BY number LIMIT ?').all(
        from,
        limits.receipt.pageLines + 1,
      )
      const lines = rows.slice(0, limits.receipt.pageLines).map(row => row['line'] as string)
      const next = rows[limits.receipt.pageLines]?.['number'] as number | undefined
      return { lines, ...(next === undefined ? {} : { next }) }
    },
    tidy: now => void statement(textOfTidying).run(bounds.bytes, now - bounds.ms, bounds.always),
  }
}

/** Two that were sealed at once, and not put on record one after the other, would fork the chain for good. */
function assertNext(before: ReceiptSigned | undefined, { receipt }: ReceiptSigned): void {
  const follows = before?.receipt.chain === receipt.chain && before.receipt.seq + 1 === receipt.seq && before.hash === receipt.prev
  if (!follows && receipt.type !== 'start') throw new PlatenError('internal', 'The receipt is not the next one.')
}
