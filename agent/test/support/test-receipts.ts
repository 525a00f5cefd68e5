import { createPublicKey, verify } from 'node:crypto'
import { newId, receiptText, type ReceiptSigned } from '@platen/protocol'
import { receiptValidators } from '@platen/protocol/validators/receipts'
import type { ReceiptContent } from '../../src/domain/receipt.ts'
import { newKeyPair, signerOf, type KeyPair } from '../../src/identity/key-pair.ts'
import type { Journal } from '../../src/ports/journal.ts'
import type { ReceiptKeys } from '../../src/ports/receipts.ts'
import { ReceiptChain } from '../../src/receipts/receipt-chain.ts'

/** Keys in memory; `use` takes another one into use, as a rotation does. */
export class HandKeys implements ReceiptKeys {
  pairs: KeyPair[] = [newKeyPair()]
  #beforeRetiring: (next: string) => void = () => {}

  held(): readonly string[] {
    return this.pairs.map(({ publicKey }) => publicKey)
  }
  signWith(publicKey: string, text: string): string {
    const pair = this.pairs.find(each => each.publicKey === publicKey)
    if (!pair) throw new Error('not held')
    return signerOf(pair)(text)
  }
  beforeRetiring(call: (next: string) => void): void {
    this.#beforeRetiring = call
  }
  use(pair: KeyPair): void {
    if (!this.held().includes(pair.publicKey)) this.pairs = [...this.pairs, pair]
    this.#beforeRetiring(pair.publicKey)
    this.pairs = [pair]
  }
}

/** A chain in a journal. */
export function testChain(
  journal: Journal,
  keys: HandKeys,
  { agentId = newId('agent'), lostBefore = () => undefined }: { agentId?: string; lostBefore?: () => number | undefined } = {},
): ReceiptChain {
  return new ReceiptChain({ siteId: newId('site'), agentId, keys, journal, lostBefore, clock: { now: () => 5 } })
}

/** What is said of a purge that went well. */
export function content(what = 'One page was purged.'): ReceiptContent & { type: 'run' } {
  const pages = { fresh: 1, stale: 0, unreachable: 0, removed: 0, sample: [] }
  const run = { job: newId('job'), attempt: 1, epoch: 1, kind: 'cache.purge', outcome: 'succeeded', effect: 'applied' } as const
  return { type: 'run', ...run, what, layers: [], pages }
}

/** All receipts on record; each has the protocol's form and its key's signature. */
export function receiptsIn(journal: Journal): readonly ReceiptSigned[] {
  const lines: string[] = []
  for (let from: number | undefined = 0; from !== undefined;) {
    const page = journal.receipts(from)
    lines.push(...page.lines)
    from = page.next
  }
  const signed = lines.map(line => JSON.parse(line) as ReceiptSigned)
  for (const each of signed) {
    const check = receiptValidators['signed']
    if (!check?.(each)) throw new Error(JSON.stringify(check?.errors))
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: each.receipt.key }, format: 'jwk' })
    const fits = verify(null, Buffer.from(receiptText(each.hash)), key, Buffer.from(each.signature, 'base64url'))
    if (!fits) throw new Error(`receipt ${each.receipt.seq} is not signed by its key`)
  }
  return signed
}
