import { readFileSync, rmSync } from 'node:fs'
import { PlatenError, terminalText } from '@platen/protocol'
import { readPolicy } from '../config/policy-file.ts'
import { enrol } from '../identity/enrol.ts'
import { findAccount } from '../launcher/accounts.ts'
import { prepareFolders } from '../launcher/folders.ts'
import { agentVersion } from '../version.ts'

/**
 * `platen-agent enrol`: shows the bundle's token to the gateway and keeps the identity that comes of it. A bundle file is
 * removed once it was used: its token is spent.
 * @throws PlatenError enrol.*, gateway.unreachable, file.not_found, file.denied
 */
export async function enrolCommand(bundlePath: string, policyPath: string): Promise<void> {
  const policy = readPolicy(policyPath)
  const bundleText = readBundle(bundlePath)
  const account = process.getuid?.() === 0 ? findAccount(policy.agent.user) : undefined
  prepareFolders(policy, account)
  const { agentId, siteId, gateway } = await enrol({ bundleText, policy, version: agentVersion, ...(account ? { owner: account } : {}) })
  if (bundlePath !== '-') rmSync(bundlePath, { force: true })
  process.stdout.write(`Enrolled as ${agentId} for ${siteId} at ${terminalText(gateway)}. A running agent uses it after its next start.\n`)
}

function readBundle(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8')
  } catch (error) {
    throw new PlatenError('file.not_found', `${path}: ${(error as Error).message}.`, { cause: error, field: 'bundle' })
  }
}
