import type { ReceiptAnchor, ReceiptSigned } from '@platen/protocol'
import type { ReceiptContent } from '../domain/receipt.ts'

/** Receipts in their order, to be put on record together and before any other; and the name of the last of them. */
export interface Sealed {
  readonly receipts: readonly ReceiptSigned[]
  readonly anchor: ReceiptAnchor
}

/** What this agent vouches for: signed statements, each bound to the one before. */
export interface Receipts {
  /**
   * Signs what is to be said as the next receipt, which may depend on the chain that it goes into; where a chain has to begin for
   * it, with what begins the chain. The caller puts them on record, in one commit with what they are about, before anybody seals again: so nothing is without its receipt.
   * @throws PlatenError store.unavailable
   */
  seal(content: ReceiptContent | ((chain: string) => ReceiptContent), at: number): Sealed
  /**
   * What is on record may be an older copy, and others may have had the receipts after it: a chain begins, so that no two go by one
   * number. @throws PlatenError disk.full, store.unavailable
   */
  beginAnew(): void
}

/** The agent's keys as far as receipts go. */
export interface ReceiptKeys {
  /** Public halves of those that it holds, the one in use first. */
  held(): readonly string[]
  /** Signs with one that it holds. */
  signWith(publicKey: string, text: string): string
  /** Calls before the key in use is given up for `next`: the last moment in which it can sign. A failure keeps it. */
  beforeRetiring(call: (next: string) => void): void
}

/** Receipts on record, oldest first. */
export interface ReceiptPage {
  readonly lines: readonly string[]
  /** Where the next page begins, unless this was the last. */
  readonly next?: number
}
