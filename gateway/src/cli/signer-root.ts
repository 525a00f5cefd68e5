import { readFileSync } from 'node:fs'
import { PlatenError } from '@platen/protocol'

const key = /^[A-Za-z0-9_-]{43}$/
const labelled = /^root key +([A-Za-z0-9_-]{43})$/m

/** A signer's public root key: itself, or a file that holds it or what `platen-signer root` prints. @throws PlatenError enrol.bundle_invalid */
export function signerRoot(value: unknown): string {
  if (typeof value !== 'string') throw wrong('Name the signer’s root key with --signer-root.')
  if (key.test(value)) return value
  const text = read(value).trim()
  const found = labelled.exec(text)?.[1] ?? fromJson(text) ?? text
  if (typeof found !== 'string' || !key.test(found)) throw wrong('The signer’s root key is 43 base64url characters.')
  return found
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw wrong(`--signer-root: ${file} is no root key, and no file that can be read.`, error)
  }
}

function fromJson(text: string): unknown {
  try {
    return (JSON.parse(text) as { readonly signerRoot?: unknown } | null)?.signerRoot
  } catch {
    return undefined
  }
}

function wrong(words: string, cause?: unknown): PlatenError {
  return new PlatenError('enrol.bundle_invalid', words, { field: 'signerRoot', cause })
}
