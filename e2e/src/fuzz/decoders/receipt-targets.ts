import { createHash, sign, type KeyObject } from 'node:crypto'
import { verifyReceipts } from '@platen/gateway/decoders'
import { canonicalJson, isNestedTooDeeply, receiptKeyText, receiptText, type Json } from '@platen/protocol'
import type { Dice } from '../../chaos/dice.ts'
import { mutatedJson } from '../mutate-json.ts'
import { keyOf, publicOf } from './keys.ts'
import { ids } from './valid.ts'
import { bytesTarget, type Target } from './target.ts'

const [key, nextKey] = [keyOf(1), keyOf(2)]
const chain = Buffer.alloc(16, 1).toString('base64url')
const job = { job: ids.jobId, attempt: 1, epoch: 1, kind: 'cache.purge', outcome: 'succeeded', effect: 'applied' }
const sample = [{ url: 'https://shop.example/ü/', state: 'fresh', cache: 'HIT', status: 200 }]
const pages = { fresh: 1, stale: 0, unreachable: 0, removed: 0, sample }

type Change = (receipt: object) => object

/** A chain with a receipt of each type, every line signed by its key; `odd` is what becomes of each before it is signed. */
function receipts(odd: Change = receipt => receipt): Buffer {
  const lines: string[] = []
  let prev: string | null = null
  const add = (said: (seq: number) => object, by: KeyObject): void => {
    const seq = lines.length + 1
    const head = { version: 1, site: ids.siteId, agent: ids.agentId, chain, seq, at: 1_795_000_000_000, key: publicOf(by), prev }
    const receipt = odd({ ...head, ...said(seq) }) as Json
    const hash = createHash('sha256').update(canonicalJson(receipt)).digest('base64url')
    const signature = sign(null, Buffer.from(receiptText(hash)), by).toString('base64url')
    lines.push(`${canonicalJson({ receipt, hash, signature })}\n`)
    prev = hash
  }
  const proofOf = (seq: number): string => sign(null, Buffer.from(receiptKeyText({ chain, seq, prev })), nextKey).toString('base64url')
  add(() => ({ type: 'start', what: 'The first receipt of this agent.' }), key)
  add(() => ({ type: 'run', ...job, what: 'New.', layers: [{ layer: 'nginx', state: 'purged', count: 1 }], pages }), key)
  add(seq => ({ type: 'key', next: publicOf(nextKey), proof: proofOf(seq) }), key)
  add(() => ({ type: 'follow', job: ids.jobId, follows: { seq: 2 }, what: 'Done later.' }), nextKey)
  return Buffer.from(lines.join(''))
}

/** A file of receipts, as somebody checks it who knows a key and a receipt. */
function verified(bytes: Buffer): boolean {
  return verifyReceipts(bytes, { keys: [publicOf(key)], receipts: [{ chain, seq: 1, hash: 'a' }] }).chains.length > 0
}

/** One of them says something odd, and is signed by its key all the same. */
const signedOddly: Target = {
  name: 'receipts that are signed',
  valid: [receipts()],
  make: (dice: Dice) => {
    const which = dice.between(0, 3)
    let number = 0
    return receipts(receipt => (number++ === which ? odd(dice, receipt) : receipt))
  },
  decode: input => verified(Buffer.from(input as Buffer)),
}

/** What is no JSON any more, or nested without end, can't be signed: that is left to those who change the lines. */
function odd(dice: Dice, receipt: object): object {
  try {
    const value = JSON.parse(mutatedJson(dice, receipt)) as object
    return isNestedTooDeeply(value) ? receipt : value
  } catch {
    return receipt
  }
}

/** What whoever checks receipts reads of a file that may be anybody's. */
export const receiptTargets: readonly Target[] = [signedOddly, bytesTarget('lines of receipts', [receipts()], verified)]
