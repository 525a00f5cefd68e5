import { setTimeout as sleep } from 'node:timers/promises'
import { PlatenError } from '@platen/protocol'
import { readPolicy } from '../config/policy-file.ts'
import { controlClient } from './control-client.ts'

const changedMs = 60_000
const lookMs = 500

/**
 * `platen-agent rotate-key`: done when the gateway has let the agent in with its new key.
 * @throws PlatenError agent.unavailable, privilege.missing, enrol.missing, gateway.unreachable
 */
export async function rotateKeyCommand(policyPath: string): Promise<void> {
  const agent = controlClient(readPolicy(policyPath).agent.control)
  await agent.rotateKey()
  for (const end = Date.now() + changedMs; (await agent.status()).link.keyChanging; await sleep(lookMs)) {
    if (Date.now() < end) continue
    throw new PlatenError(
      'gateway.unreachable',
      'The old key works until the gateway has taken the new one, which the agent goes on trying.',
    )
  }
  process.stdout.write('The gateway knows the new key; the old one is retired.\n')
}
