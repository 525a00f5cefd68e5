import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { sqliteStore } from '@platen/gateway'
import { newId } from '@platen/protocol'
import { labKinds } from './lab-kinds.ts'
import type { FleetMember } from './simulated-agent.ts'

/** A gateway's store with a fleet in it. */
export interface SeededFleet {
  readonly members: readonly FleetMember[]
  /** An API token that may do all. */
  readonly token: string
}

const atOnce = 500

/** Makes a store in `data` with so many sites, each with an enrolled agent: by the store's own methods, since the API takes an hour for thousands. */
export async function seedFleet(data: string, count: number): Promise<SeededFleet> {
  await mkdir(data, { recursive: true, mode: 0o700 })
  const store = sqliteStore(join(data, 'gateway.db'), { kinds: labKinds, random: Math.random })
  const accountId = newId('acct')
  const token = `plt_${randomBytes(32).toString('base64url')}`
  const now = Date.now()
  try {
    await store.tokens.createAccount(accountId, 'fleet', now, true)
    await store.tokens.create({ id: newId('tok'), accountId, name: 'fleet', scope: 'admin', hash: hashOf(token), createdAt: now })
    const members: FleetMember[] = []
    const enrol = async (): Promise<FleetMember> => {
      const [siteId, agentId] = [newId('site'), newId('agent')]
      const url = `https://${siteId}.example`
      const { d, x } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
      const hash = hashOf(siteId)
      await store.sites.create({ id: siteId, accountId, url, createdAt: now })
      await store.agents.addEnrolmentToken({ hash, accountId, siteId, expiresAt: now + 60_000 })
      await store.agents.redeem({ hash, siteUrl: url, agentId, publicKey: x as string, version: '0.0.0', now })
      return { agentId, siteId, privateKey: d as string, publicKey: x as string }
    }
    while (members.length < count) {
      const some = Math.min(atOnce, count - members.length)
      members.push(...(await Promise.all(Array.from({ length: some }, enrol))))
    }
    return { members, token }
  } finally {
    await store.close()
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
