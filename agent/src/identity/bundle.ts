import type { Readable } from 'node:stream'
import { PlatenError, problemText, type DocumentBundle, type DocumentPolicy } from '@platen/protocol'
import { documentValidators } from '@platen/protocol/validators/documents'
import { boundedText } from './bounded-file.ts'

/** The largest bundle that is read, in bytes. */
const mostBytes = 16_384

/** A bundle's text from a file, which may be no link. @throws PlatenError enrol.bundle_invalid */
export function readBundleFile(path: string): string {
  try {
    return boundedText(path, mostBytes)
  } catch (error) {
    throw new PlatenError('enrol.bundle_invalid', `${path}: ${(error as Error).message}.`, { cause: error, field: path })
  }
}

/** A bundle's text from a stream such as stdin. @throws PlatenError enrol.bundle_invalid */
export async function readBundleStream(stream: Readable): Promise<string> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of stream as AsyncIterable<Buffer | string>) {
    pieces.push(Buffer.from(piece))
    bytes += Buffer.byteLength(piece)
    if (bytes > mostBytes) throw new PlatenError('enrol.bundle_invalid', 'It is too large.')
  }
  return Buffer.concat(pieces).toString('utf8')
}

/**
 * A bundle that may be used at this site now.
 * @throws PlatenError enrol.bundle_invalid, enrol.token_expired
 */
export function checkBundle(text: string, policy: Pick<DocumentPolicy, 'site'>, nowMs: number): DocumentBundle {
  const bundle = parse(text)
  if (!sameSite(bundle.siteUrl, policy.site.url)) {
    throw new PlatenError('enrol.bundle_invalid', `It is for ${bundle.siteUrl}, and this site is ${policy.site.url}.`, { field: 'siteUrl' })
  }
  if (Buffer.from(bundle.signerRoot, 'base64url').length !== 32) {
    throw new PlatenError('enrol.bundle_invalid', 'signerRoot is no Ed25519 key.', { field: 'signerRoot' })
  }
  const expiresAt = Date.parse(bundle.expiresAt)
  if (Number.isNaN(expiresAt)) throw new PlatenError('enrol.bundle_invalid', 'expiresAt is no time.', { field: 'expiresAt' })
  if (expiresAt <= nowMs) throw new PlatenError('enrol.token_expired', `It expired at ${bundle.expiresAt}.`)
  return bundle
}

function parse(text: string): DocumentBundle {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    // The parser's own words would repeat a part of the text, and the text holds a secret.
    throw new PlatenError('enrol.bundle_invalid', 'It is not JSON.', { cause: (error as Error).name })
  }
  const check = documentValidators['bundle']
  if (!check?.(value)) throw new PlatenError('enrol.bundle_invalid', `${problemText(check?.errors)}.`)
  return value as DocumentBundle
}

function sameSite(one: string, other: string): boolean {
  return URL.canParse(one) && URL.canParse(other) && plain(one) === plain(other)
}

/** Scheme, host, port and path: what WordPress calls a site's address, with or without the slash at its end. */
function plain(url: string): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname.replace(/\/+$/, '')
}
