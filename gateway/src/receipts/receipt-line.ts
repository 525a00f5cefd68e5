import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto'
import { canonicalJson, limits, receiptKeyText, receiptText, type ErrorCode, type Json, type ReceiptSigned } from '@platen/protocol'
import { receiptValidators } from '@platen/protocol/validators/receipts'

/** A line of a file of receipts: a receipt that is what its key signed, or one that is not, or none. */
export interface ReceiptLine {
  /** From 1 on. */
  readonly line: number
  /** Absent where nothing can be read. */
  readonly signed?: ReceiptSigned
  readonly code?: ErrorCode
}

const newline = 0x0a

/** Reads lines and checks each for itself: its form, its hash, its signature. */
export function* receiptLines(bytes: Uint8Array): Generator<ReceiptLine> {
  for (let [from, line] = [0, 1]; from < bytes.length; line += 1) {
    const end = bytes.indexOf(newline, from)
    const to = end < 0 ? bytes.length : end
    yield checked(line, bytes.subarray(from, to))
    from = to + 1
  }
}

function checked(line: number, bytes: Uint8Array): ReceiptLine {
  const signed = bytes.length <= limits.receipt.lineBytes ? read(bytes) : undefined
  if (!signed) return { line, code: 'receipt.unreadable' }
  if (hashOf(signed) !== signed.hash) return { line, signed, code: 'receipt.altered' }
  return isSigned(signed) ? { line, signed } : { line, signed, code: 'receipt.forged' }
}

/** A receipt byte for byte as an agent writes it: another way to write the same one is none. */
function read(bytes: Uint8Array): ReceiptSigned | undefined {
  try {
    const text = new TextDecoder('utf8', { fatal: true, ignoreBOM: true }).decode(bytes)
    const value = JSON.parse(text) as Json
    return receiptValidators['signed']?.(value) && canonicalJson(value) === text ? (value as unknown as ReceiptSigned) : undefined
  } catch {
    // Neither UTF-8 nor JSON: what the parser says of it helps nobody.
    return undefined
  }
}

function hashOf({ receipt }: ReceiptSigned): string {
  return createHash('sha256')
    .update(canonicalJson(receipt as unknown as Json))
    .digest('base64url')
}

/** A key that is vouched for has to be held by whoever says so: else a stranger's chain could end with the name of a known one. */
function isSigned({ receipt, hash, signature }: ReceiptSigned): boolean {
  const isProven = receipt.type !== 'key' || isBy(receipt.next, receiptKeyText(receipt), receipt.proof)
  return isProven && isBy(receipt.key, receiptText(hash), signature)
}

function isBy(key: string, text: string, signature: string): boolean {
  const bytes = Buffer.from(signature, 'base64url')
  // The last character has bits that mean nothing.
  return bytes.toString('base64url') === signature && verify(null, Buffer.from(text), publicKey(key), bytes)
}

let last: { readonly text: string; readonly key: KeyObject } | undefined

/** Most receipts in a row are one key's. */
function publicKey(text: string): KeyObject {
  if (last?.text !== text) last = { text, key: createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: text }, format: 'jwk' }) }
  return last.key
}
