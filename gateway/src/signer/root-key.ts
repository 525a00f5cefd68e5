import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PlatenError } from '@platen/protocol'

/** The key that agents pin. */
export interface RootKey {
  readonly privateKey: KeyObject
  /** 32 bytes Ed25519, base64url: what goes into enrolment bundles. */
  readonly publicKey: string
}

/** Where the root key is kept. */
export function rootKeyPath(folder: string): string {
  return join(folder, 'root-key.json')
}

/**
 * Makes a root key in a folder of its own (0700), readable by its owner alone. One that is there stays: every agent that
 * pins it would have to be enrolled again.
 * @throws PlatenError file.denied where there is one already
 */
export function makeRootKey(folder: string): RootKey {
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o700)
  const { d, x } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  try {
    writeFileSync(rootKeyPath(folder), `${JSON.stringify({ version: 1, d, x })}\n`, { mode: 0o600, flag: 'wx', flush: true })
  } catch (error) {
    throw new PlatenError('file.denied', `${rootKeyPath(folder)}: ${(error as Error).message}.`, { cause: error })
  }
  return readRootKey(folder)
}

/** @throws PlatenError file.not_found, file.denied where others could read it, or it is no key */
export function readRootKey(folder: string): RootKey {
  const path = rootKeyPath(folder)
  const text = textOf(path)
  try {
    const { d, x } = JSON.parse(text) as { d: string; x: string }
    return { privateKey: createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', d, x }, format: 'jwk' }), publicKey: x }
  } catch (error) {
    // Not the parser's own words: they would repeat a part of the key.
    throw new PlatenError('file.denied', `${path} holds no key.`, { cause: (error as Error).name })
  }
}

/** A public key in a form that people can compare. */
export function fingerprint(publicKey: string): string {
  return `SHA256:${createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest('base64url')}`
}

function textOf(path: string): string {
  try {
    if ((statSync(path).mode & 0o077) !== 0) throw new PlatenError('file.denied', `${path} can be read by others: chmod 600 it.`)
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof PlatenError) throw error
    throw new PlatenError('file.not_found', `${path}: ${(error as Error).message}. Run: platen-signer init.`, { cause: error })
  }
}
