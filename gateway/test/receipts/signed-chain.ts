import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'
import { canonicalJson, newId, receiptKeyText, receiptText, type Json, type ReceiptSigned } from '@platen/protocol'

/** A key and its public half as receipts name it. */
export interface TestKey {
  readonly secret: KeyObject
  readonly name: string
}

export function testKey(): TestKey {
  const { privateKey: secret } = generateKeyPairSync('ed25519')
  return { secret, name: secret.export({ format: 'jwk' }).x ?? '' }
}

/** Whose a chain is, where that matters; `after` is the one before it. */
export interface ChainOptions {
  readonly after?: SignedChain
  readonly chain?: string
  readonly site?: string
  readonly agent?: string
  readonly key?: TestKey
}

/** A chain as an agent of this protocol makes it. */
export class SignedChain {
  readonly chain: string
  readonly site: string
  readonly agent: string
  readonly signed: ReceiptSigned[] = []
  key: TestKey

  constructor({ after, chain, site, agent, key }: ChainOptions = {}) {
    this.chain = chain ?? randomBytes(16).toString('base64url')
    this.site = site ?? after?.site ?? newId('site')
    this.agent = agent ?? newId('agent')
    this.key = key ?? testKey()
    const named = after?.known(after.signed.length)
    this.add({ type: 'start', what: 'The first receipt of this agent.', ...(named ? { after: named } : {}) })
  }

  add(said: object, key = this.key): ReceiptSigned {
    const before = this.signed.at(-1)
    const seq = (before?.receipt.seq ?? 0) + 1
    const head = { version: 1, site: this.site, agent: this.agent, chain: this.chain, seq, at: 1_795_000_000_000 + seq, key: key.name }
    const signed = seal({ ...head, prev: before?.hash ?? null, ...said }, key)
    this.signed.push(signed)
    return signed
  }

  run(what = 'Visitors get 1 new page, fetched and checked.'): ReceiptSigned {
    const sample = [{ url: 'https://shop.example/ü/', state: 'fresh', cache: 'HIT', status: 200 }]
    const pages = { fresh: 1, stale: 0, unreachable: 0, removed: 0, sample }
    const run = { job: newId('job'), attempt: 1, epoch: 1, kind: 'cache.purge', outcome: 'succeeded', effect: 'applied' }
    return this.add({ type: 'run', ...run, what, layers: [{ layer: 'nginx', state: 'purged', count: 1 }], pages })
  }

  /** Takes another key into use, which the one before vouches for. */
  rotate(next: TestKey = testKey()): void {
    this.vouchFor(next.name, next)
    this.key = next
  }

  /** Names the next key, with a proof that may be another's. */
  vouchFor(next: string, by: TestKey): ReceiptSigned {
    const text = receiptKeyText({ chain: this.chain, seq: this.signed.length + 1, prev: this.signed.at(-1)?.hash ?? null })
    return this.add({ type: 'key', next, proof: sign(null, Buffer.from(text), by.secret).toString('base64url') })
  }

  known(seq: number): { chain: string; seq: number; hash: string } {
    return { chain: this.chain, seq, hash: this.signed[seq - 1]?.hash ?? '' }
  }
}

/** Signs anything as a receipt. */
export function seal(receipt: object, { secret }: TestKey): ReceiptSigned {
  const hash = createHash('sha256')
    .update(canonicalJson(receipt as Json))
    .digest('base64url')
  const signature = sign(null, Buffer.from(receiptText(hash)), secret).toString('base64url')
  return { receipt, hash, signature } as ReceiptSigned
}

/** Receipts as a file has them. */
export function fileOf(signed: readonly ReceiptSigned[]): Buffer {
  return Buffer.from(signed.map(each => `${canonicalJson(each as unknown as Json)}\n`).join(''))
}
