import { newId } from '@platen/protocol'
import type { AgentIdentity } from '../ports/agent-identity.ts'
import { readRecord } from './identity-file.ts'
import { FileKeyRing } from './key-ring.ts'

/**
 * The identity of this agent with a new instance id, or undefined where there is none yet.
 * @throws PlatenError enrol.missing where the file is there and cannot be used
 */
export function readIdentity(path: string): AgentIdentity | undefined {
  const record = readRecord(path)
  if (!record) return undefined
  const { agentId, siteId, gateway, gateways, signerRoot } = record
  const keys = new FileKeyRing(path, record)
  return {
    agentId,
    siteId,
    gateway,
    gateways,
    signerRoot,
    instanceId: newId('inst'),
    sign: text => keys.sign(text),
    keys,
    receiptKeys: keys,
  }
}
