import { createHash, randomBytes } from 'node:crypto'
import { canonicalJson, receiptKeyText, receiptText, type Json, type ReceiptSigned } from '@platen/protocol'
import type { ReceiptBody, ReceiptContent } from '../domain/receipt.ts'
import type { Clock } from '../ports/clock.ts'
import type { Journal } from '../ports/journal.ts'
import type { ReceiptKeys, Receipts, Sealed } from '../ports/receipts.ts'

/** Whose receipts they are, and where they are kept. */
export interface ReceiptChainOptions {
  readonly siteId: string
  readonly agentId: string
  readonly keys: ReceiptKeys
  readonly journal: Pick<Journal, 'append' | 'lastReceipt'>
  /** Before when the journal says nothing for certain, where it is not the one that there was. */
  readonly lostBefore: () => number | undefined
  readonly clock: Pick<Clock, 'now'>
}

/** What is said beyond the members that every receipt has. */
type Said =
  | ReceiptContent
  | Pick<ReceiptBody & { type: 'start' }, 'type' | 'what' | 'after'>
  | Pick<ReceiptBody & { type: 'key' }, 'type' | 'next' | 'proof'>

/** Where a receipt goes. */
interface Place {
  readonly chain: string
  readonly seq: number
  readonly prev: string | null
  readonly key: string
}

const chainBytes = 16

/**
 * The agent's chain of receipts. It is at the key that its last receipt names, whatever key the gateway is shown meanwhile, so that
 * whoever knows one key of the chain can follow it over every change. Where that key is not held, or the receipts on record are
 * another agent's, or there are none, a chain begins, and its first receipt says why.
 */
export class ReceiptChain implements Receipts {
  readonly #options: ReceiptChainOptions

  constructor(options: ReceiptChainOptions) {
    this.#options = options
    options.keys.beforeRetiring(next => this.#vouchFor(next))
  }

  seal(content: ReceiptContent | ((chain: string) => ReceiptContent), at: number): Sealed {
    const last = this.#options.journal.lastReceipt()
    const begun = this.#next(last) ? [] : [this.#begin(last, at, this.#why(last))]
    const place = this.#next(begun[0] ?? last)
    if (!place) throw new Error('a chain that has just begun goes on')
    const signed = this.#sign(typeof content === 'function' ? content(place.chain) : content, place, at)
    const { chain, seq } = place
    return { receipts: [...begun, signed], anchor: { chain, seq, hash: signed.hash, signature: signed.signature } }
  }

  beginAnew(): void {
    const { journal, clock } = this.#options
    const last = journal.lastReceipt()
    if (last) journal.append([this.#begin(last, clock.now(), 'The journal is an older copy: receipts that came after it may be lost.')])
  }

  /** The key in use says which one comes after it, unless it has said so before. A chain that has not begun needs no such word. */
  #vouchFor(next: string): void {
    const { keys, journal, clock } = this.#options
    const place = this.#next(journal.lastReceipt())
    if (!place || place.key === next) return
    const proof = keys.signWith(next, receiptKeyText(place))
    journal.append([this.#sign({ type: 'key', next, proof }, place, clock.now())])
  }

  /** The place after a receipt, or undefined where this agent can't go on from it. */
  #next(last: ReceiptSigned | undefined): Place | undefined {
    if (!last || last.receipt.agent !== this.#options.agentId) return undefined
    const { receipt, hash } = last
    const key = receipt.type === 'key' ? receipt.next : receipt.key
    return this.#options.keys.held().includes(key) ? { chain: receipt.chain, seq: receipt.seq + 1, prev: hash, key } : undefined
  }

  #begin(last: ReceiptSigned | undefined, at: number, what: string): ReceiptSigned {
    const [key = ''] = this.#options.keys.held()
    const after = last && { chain: last.receipt.chain, seq: last.receipt.seq, hash: last.hash }
    const said: Said = { type: 'start', what, ...(after ? { after } : {}) }
    return this.#sign(said, { chain: randomBytes(chainBytes).toString('base64url'), seq: 1, prev: null, key }, at)
  }

  #why(last: ReceiptSigned | undefined): string {
    const { agentId, lostBefore } = this.#options
    if (last && last.receipt.agent !== agentId) return `The site has a new agent; ${last.receipt.agent} was there before.`
    if (last) return 'The agent’s key was changed, and the one before did not vouch for it.'
    const before = lostBefore()
    if (before === undefined) return 'The first receipt of this agent.'
    return `The agent’s journal was lost, and all receipts before ${new Date(before).toISOString()} with it.`
  }

  #sign(said: Said, { key, ...place }: Place, at: number): ReceiptSigned {
    const { siteId, agentId, keys } = this.#options
    const receipt = { version: 1, site: siteId, agent: agentId, ...place, key, at, ...said } as ReceiptBody
    const hash = createHash('sha256')
      .update(canonicalJson(receipt as unknown as Json))
      .digest('base64url')
    return { receipt, hash, signature: keys.signWith(key, receiptText(hash)) }
  }
}
