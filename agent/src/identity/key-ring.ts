import { PlatenError, rotationText, type AgentKeyOffer } from '@platen/protocol'
import type { KeyRing } from '../ports/key-ring.ts'
import type { ReceiptKeys } from '../ports/receipts.ts'
import { readRecord, writeIdentity, type IdentityRecord } from './identity-file.ts'
import { newKeyPair, signerOf, type KeyPair } from './key-pair.ts'

/**
 * Keys in the identity file: the one in use, and beside it the one that is to take its place. The file is written before anybody
 * hears of a new key and after the gateway has let us in with it, so that a crash anywhere leaves a key that works: which of the two it
 * is shows when one is refused.
 */
export class FileKeyRing implements KeyRing, ReceiptKeys {
  readonly #path: string
  #record: IdentityRecord
  #showsNext = false
  #sign: (text: string) => string
  #beforeRetiring: (next: string) => void = () => {}

  constructor(path: string, record: IdentityRecord) {
    this.#path = path
    this.#record = record
    this.#sign = signerOf(record)
  }

  /** Signs with the key that is shown. */
  sign(text: string): string {
    return this.#sign(text)
  }

  held(): readonly string[] {
    return this.#pairs().map(({ publicKey }) => publicKey)
  }

  signWith(publicKey: string, text: string): string {
    const pair = this.#pairs().find(each => each.publicKey === publicKey)
    if (!pair) throw new PlatenError('internal', 'This key is not held any more.')
    return signerOf(pair)(text)
  }

  beforeRetiring(call: (next: string) => void): void {
    this.#beforeRetiring = call
  }

  get isChanging(): boolean {
    return this.#record.next !== undefined
  }

  offer(): Omit<AgentKeyOffer, 'type'> {
    if (!this.#record.next) this.#write({ ...this.#record, next: newKeyPair() })
    const { gateway, agentId, publicKey, next = newKeyPair() } = this.#record
    const text = rotationText(gateway, agentId, publicKey, next.publicKey)
    return { publicKey: next.publicKey, signature: signerOf(this.#record)(text), proof: signerOf(next)(text) }
  }

  kept(publicKey: string): boolean {
    if (this.#record.next?.publicKey !== publicKey) return false
    this.#show(true)
    return true
  }

  refused(publicKey: string): void {
    if (this.#record.next?.publicKey !== publicKey) return
    const { next: _next, ...record } = this.#record
    this.#write(record)
    this.#show(false)
  }

  tryOther(): boolean {
    if (!this.#record.next) return false
    this.#show(!this.#showsNext)
    return true
  }

  welcomed(): void {
    const { next, ...record } = this.#record
    if (!next || !this.#showsNext) return
    this.#beforeRetiring(next.publicKey)
    this.#write({ ...record, ...next })
    this.#show(false)
  }

  #pairs(): readonly KeyPair[] {
    const { next } = this.#record
    return next ? [this.#record, next] : [this.#record]
  }

  #show(isNext: boolean): void {
    const { next } = this.#record
    const pair: KeyPair = isNext && next ? next : this.#record
    this.#showsNext = isNext
    this.#sign = signerOf(pair)
  }

  /** Another enrolment may have written the file since it was read: that one counts then. */
  #write(record: IdentityRecord): void {
    if (readRecord(this.#path)?.agentId !== record.agentId) throw new PlatenError('agent.revoked', `${this.#path} is another agent’s now.`)
    writeIdentity(this.#path, record)
    this.#record = record
  }
}
