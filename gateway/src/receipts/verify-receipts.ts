import { PlatenError, type ReceiptSigned } from '@platen/protocol'
import { ChainCheck, type FollowUpSeen, type KnownReceipt, type ReceiptProblem } from './chain-check.ts'
import { receiptLines, type ReceiptLine } from './receipt-line.ts'

/** What is known from elsewhere, so that it can't have been made up together with the receipts. */
export interface Known {
  /** Public keys of agents: one of each chain is enough, any that it had. Absent where nobody named any. */
  readonly keys?: readonly string[]
  readonly receipts: readonly KnownReceipt[]
}

/** What was found of one chain. */
export interface ChainVerdict {
  readonly chain: string
  readonly site: string
  readonly agent: string
  /** The first and the last that are here; nothing between them is missing unless a problem says so. */
  readonly from: number
  readonly to: number
  readonly receipts: number
  /** Hash of the last. */
  readonly hash: string
  readonly keys: readonly string[]
  /** Whether one of its keys was known; without, all of it may have been made up. */
  readonly keyKnown: boolean
  /** The newest receipt that was known and is here: what came after may have been cut off. */
  readonly knownTo?: number
  /** Why it begins, where its beginning is here. */
  readonly begins?: string
  /** What came later of something that a receipt had left open, oldest first. */
  readonly followUps: readonly FollowUpSeen[]
}

/** What was found. */
export interface Verdict {
  readonly ok: boolean
  readonly chains: readonly ChainVerdict[]
  readonly problems: readonly ReceiptProblem[]
}

/** Checks a file of receipts, one a line: each for itself, each with the one before, and all of them with what is known from elsewhere. */
export function verifyReceipts(bytes: Uint8Array, known: Known): Verdict {
  const problems: ReceiptProblem[] = []
  const chains = new Map<string, ChainCheck>()
  let current: ChainCheck | undefined
  for (const line of receiptLines(bytes)) {
    if (line.code) problems.push(problemOf(line))
    if (!isRead(line)) continue
    current = follow(line, current, chains, problems)
  }
  if (chains.size === 0 && problems.length === 0) problems.push({ code: 'receipt.unreadable', detail: 'There is none.' })
  for (const check of chains.values()) problems.push(...check.problems, ...unknownKey(check, known.keys))
  for (const receipt of known.receipts) problems.push(...missing(receipt, chains.get(receipt.chain)))
  const verdicts = [...chains.values()].map(check => verdictOf(check, known))
  return { ok: problems.length === 0, chains: verdicts, problems: problems.toSorted((a, b) => (a.line ?? Infinity) - (b.line ?? Infinity)) }
}

/** Takes a receipt into its chain, which is the one of the line before unless that has ended. */
function follow(
  line: ReceiptLine & { readonly signed: ReceiptSigned },
  current: ChainCheck | undefined,
  chains: Map<string, ChainCheck>,
  problems: ReceiptProblem[],
): ChainCheck {
  const { chain, seq } = line.signed.receipt
  const known = chains.get(chain)
  if (!known) {
    const begun = new ChainCheck(line, chains)
    chains.set(chain, begun)
    return begun
  }
  if (known !== current) problems.push({ code: 'receipt.gap', detail: 'Its chain was over before.', line: line.line, seq })
  known.add(line)
  return known
}

function isRead(line: ReceiptLine): line is ReceiptLine & { readonly signed: ReceiptSigned } {
  return line.signed !== undefined
}

function problemOf({ line, signed, code = 'receipt.unreadable' }: ReceiptLine): ReceiptProblem {
  return { code, detail: '', line, ...(signed ? { seq: signed.receipt.seq } : {}) }
}

function unknownKey(check: ChainCheck, keys: Known['keys']): ReceiptProblem[] {
  if (!keys || check.isKnownBy(keys)) return []
  const { line, signed } = check.first
  return [{ code: 'receipt.key_unknown', detail: 'No key of this chain is among those that are known.', line, seq: signed.receipt.seq }]
}

function missing(known: KnownReceipt, check: ChainCheck | undefined): ReceiptProblem[] {
  if (check && check.has(known) !== 'missing') return []
  const { chain, seq, hash } = known
  const why = check ? `receipts end with ${check.last.receipt.seq}` : 'nothing of its chain is here'
  return [{ code: 'receipt.anchor_missing', detail: `${chain}:${seq}:${hash}: ${why}.`, seq }]
}

function verdictOf(check: ChainCheck, known: Known): ChainVerdict {
  const { receipt: first } = check.first.signed
  const { receipt: last, hash } = check.last
  const here = known.receipts.filter(each => each.chain === first.chain && check.has(each) === 'here').map(({ seq }) => seq)
  return {
    chain: first.chain,
    site: first.site,
    agent: first.agent,
    from: first.seq,
    to: last.seq,
    receipts: check.size,
    hash,
    keys: check.keys,
    keyKnown: check.isKnownBy(known.keys ?? []),
    ...(here.length > 0 ? { knownTo: Math.max(...here) } : {}),
    ...(first.type === 'start' ? { begins: first.what } : {}),
    followUps: check.followUps,
  }
}

const anchor = /^([A-Za-z0-9_-]{22}):([1-9][0-9]{0,15}):([A-Za-z0-9_-]{43})$/

/** A receipt as `platen-agent receipts` names the newest one. @throws PlatenError input.invalid */
export function parseKnownReceipt(text: string): KnownReceipt {
  const [, chain, seq, hash] = anchor.exec(text) ?? []
  if (chain === undefined || hash === undefined) throw new PlatenError('input.invalid', '--anchor is CHAIN:SEQ:HASH.', { field: 'anchor' })
  return { chain, seq: Number(seq), hash }
}
