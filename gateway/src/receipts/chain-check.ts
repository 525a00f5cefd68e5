import type { ErrorCode, ReceiptSigned } from '@platen/protocol'
import type { ReceiptLine } from './receipt-line.ts'

/** Something that is wrong with a line, or with what is not there. */
export interface ReceiptProblem {
  readonly code: ErrorCode
  readonly detail: string
  readonly line?: number
  readonly seq?: number
}

/** A receipt that is known from elsewhere. */
export interface KnownReceipt {
  readonly chain: string
  readonly seq: number
  readonly hash: string
}

/** What came later of something that a receipt had left open. */
export interface FollowUpSeen {
  readonly seq: number
  readonly follows: (ReceiptSigned['receipt'] & { readonly type: 'follow' })['follows']
  readonly job: string
  readonly what: string
}

/** One chain, receipt after receipt. */
export class ChainCheck {
  readonly first: ReceiptLine & { readonly signed: ReceiptSigned }
  readonly problems: ReceiptProblem[] = []
  /** Those that signed, in their order. */
  readonly keys: string[] = []
  readonly followUps: FollowUpSeen[] = []
  readonly #others: ReadonlyMap<string, ChainCheck>
  readonly #hashes = new Map<number, string>()
  #last: ReceiptSigned

  /** Begins with what is there: receipts that were let go of may have come before. `others` are all chains: those before it, and soon this one. */
  constructor(first: ChainCheck['first'], others: ReadonlyMap<string, ChainCheck>) {
    this.first = first
    this.#others = others
    this.#last = first.signed
    const { receipt } = first.signed
    this.#note(first)
    if ((receipt.seq === 1) !== (receipt.type === 'start') || (receipt.seq === 1) !== (receipt.prev === null))
      this.#wrong(first, 'receipt.unlinked', 'A chain begins with a receipt that says so, and goes on with others.')
    const { after } = receipt.type === 'start' ? receipt : {}
    const before = after && others.get(after.chain)?.last
    if (before && !(after.seq === before.receipt.seq && after.hash === before.hash))
      this.#wrong(first, 'receipt.unlinked', 'The chain names another last receipt of the chain before.')
  }

  get last(): ReceiptSigned {
    return this.#last
  }

  get size(): number {
    return this.#hashes.size
  }

  /** The key of the next receipt, by what the last one says. */
  get nextKey(): string {
    const { receipt } = this.#last
    return receipt.type === 'key' ? receipt.next : receipt.key
  }

  add(line: ReceiptLine & { readonly signed: ReceiptSigned }): void {
    const { receipt } = line.signed
    const { receipt: before, hash } = this.#last
    if (receipt.seq !== before.seq + 1) this.#wrong(line, 'receipt.gap', `It comes after receipt ${before.seq}.`)
    if (receipt.prev !== hash || receipt.type === 'start') this.#wrong(line, 'receipt.unlinked', 'It follows another receipt.')
    if (receipt.agent !== before.agent || receipt.site !== before.site)
      this.#wrong(line, 'receipt.unlinked', 'It is of another agent or site than the one before.')
    if (receipt.key !== this.nextKey) this.#wrong(line, 'receipt.key_unknown', 'The key before did not vouch for this one.')
    if (receipt.type === 'follow' && this.#lacks(receipt.follows))
      this.#wrong(line, 'receipt.unlinked', `It is about another receipt ${receipt.follows.seq}.`)
    this.#note(line)
    this.#last = line.signed
  }

  /** Whether a known receipt is here; `let go` where it is older than all that is. */
  has({ seq, hash }: KnownReceipt): 'here' | 'let go' | 'missing' {
    if (seq < this.first.signed.receipt.seq) return 'let go'
    return this.#hashes.get(seq) === hash ? 'here' : 'missing'
  }

  /** Whether one of these keys has signed something in it. Before that, receipts are bound by their hashes; after it, keys by vouching. */
  isKnownBy(keys: readonly string[]): boolean {
    return [...this.keys, this.nextKey].some(key => keys.includes(key))
  }

  /** Of a chain that is not here nothing is known. */
  #lacks({ chain = this.first.signed.receipt.chain, seq, hash }: FollowUpSeen['follows']): boolean {
    return this.#others.get(chain)?.has({ chain, seq, hash }) === 'missing'
  }

  #note({ signed: { receipt, hash } }: ReceiptLine & { readonly signed: ReceiptSigned }): void {
    this.#hashes.set(receipt.seq, hash)
    if (this.keys.at(-1) !== receipt.key) this.keys.push(receipt.key)
    if (receipt.type !== 'follow') return
    const { seq, follows, job, what } = receipt
    this.followUps.push({ seq, follows, job, what })
  }

  #wrong({ line, signed }: ReceiptLine, code: ErrorCode, detail: string): void {
    this.problems.push({ code, detail, line, ...(signed ? { seq: signed.receipt.seq } : {}) })
  }
}
