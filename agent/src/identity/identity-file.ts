import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PlatenError, type DocumentPolicy } from '@platen/protocol'
import type { AgentIdentity } from '../ports/agent-identity.ts'
import { signerOf, type KeyPair } from './key-pair.ts'
import { writePrivate, type Owner } from './private-file.ts'

/** What the identity file holds. */
export interface IdentityRecord extends KeyPair, Pick<AgentIdentity, 'agentId' | 'siteId' | 'gateway' | 'gateways' | 'signerRoot'> {
  readonly version: 1
  /** A new key that the gateway may know already, or not yet. */
  readonly next?: KeyPair
}

/** Where the identity is kept: in the agent's state folder, which is its own alone. */
export function identityPath(policy: Pick<DocumentPolicy, 'agent'>): string {
  return join(policy.agent.state, 'identity.json')
}

/** What the identity file holds, or undefined where there is none. @throws PlatenError enrol.missing where the file is there and cannot be used */
export function readRecord(path: string): IdentityRecord | undefined {
  const text = textOf(path)
  if (text === undefined) return undefined
  try {
    return checked(JSON.parse(text))
  } catch (error) {
    throw new PlatenError('enrol.missing', `${path} is damaged.`, { cause: error, field: path })
  }
}

/** Writes the identity: there is the old one or the new one, and nothing between. @throws PlatenError file.denied */
export function writeIdentity(path: string, record: IdentityRecord, owner?: Owner): void {
  writePrivate(path, record, owner)
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new PlatenError('enrol.missing', `${path}: ${(error as Error).message}.`, { cause: error, field: path })
  }
}

/** The file is the agent's own: only damage is looked for, so that it shows at the start and not in the middle. */
function checked(value: unknown): IdentityRecord {
  const record = value as Record<string, unknown>
  const names = ['agentId', 'siteId', 'gateway', 'signerRoot', 'privateKey', 'publicKey'] as const
  const gateways = record['gateways']
  const whole = record['version'] === 1 && names.every(name => typeof record[name] === 'string')
  // A pair that signs nothing shows here as well.
  const pairs = [record, record['next'] ?? record] as unknown as readonly KeyPair[]
  for (const pair of whole ? pairs : []) signerOf(pair)
  if (!whole || !Array.isArray(gateways) || !gateways.every(url => typeof url === 'string' && URL.canParse(url)))
    throw new Error('a member is missing')
  return value as IdentityRecord
}
