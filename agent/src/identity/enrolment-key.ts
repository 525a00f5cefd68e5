import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DocumentPolicy } from '@platen/protocol'
import { boundedText } from './bounded-file.ts'
import { newKeyPair, signerOf, type KeyPair } from './key-pair.ts'
import { writePrivate, type Owner } from './private-file.ts'

/** A key that a gateway may have taken already, with the hash of the token that was shown with it. */
type Kept = KeyPair & { readonly token: string }

const mostBytes = 4_096

/** Where the key of an enrolment is kept until its answer has come. */
export function enrolmentKeyPath({ agent }: Pick<DocumentPolicy, 'agent'>): string {
  return join(agent.state, 'enrolment.json')
}

/**
 * The key to enrol with: the one that this token was shown with before, or a new one. It is on disk before anybody hears of it, so
 * that an answer which is lost, or an agent that dies before it has written its identity, costs no token. @throws PlatenError file.denied
 */
export function enrolmentKey(path: string, token: string, owner?: Owner): KeyPair {
  const hash = createHash('sha256').update(token).digest('base64url')
  const kept = keptIn(path)
  if (kept?.token === hash) return { privateKey: kept.privateKey, publicKey: kept.publicKey }
  const keys = newKeyPair()
  writePrivate(path, { token: hash, ...keys } satisfies Kept, owner)
  return keys
}

/** The answer has come. The key of an enrolment that was refused stays until the next one: it opens nothing. */
export function forgetEnrolmentKey(path: string): void {
  rmSync(path, { force: true })
}

/** What cannot be used is no key: then another one is made. Root reads here what stands in a folder of the agent’s. */
function keptIn(path: string): Kept | undefined {
  try {
    const kept = JSON.parse(boundedText(path, mostBytes)) as Kept
    signerOf(kept)
    return kept
  } catch {
    return undefined
  }
}
