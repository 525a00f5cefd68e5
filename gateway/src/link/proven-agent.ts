import type { Agent } from '../ports/agents.ts'
import type { LinkParts } from './link-parts.ts'
import type { AgentName, Registry } from './registry.ts'

/**
 * The agent as it is stored, where it is live and this key is its own; undefined otherwise. A key that the agent is changing to is
 * taken into use by that, and whoever is connected with the one before is not this agent any more. @throws what the store throws
 */
export async function provenAgent(
  name: AgentName,
  key: string,
  { parts, registry }: { readonly parts: LinkParts; readonly registry: Registry },
): Promise<Agent | undefined> {
  const { store, clock, log } = parts
  const agent = await store.agents.resolve(name.id)
  if (!agent || agent.revokedAt !== undefined) return undefined
  if (agent.publicKey === key) return agent
  if (!(await store.agents.commitKey(name.id, key, clock.now()))) return undefined
  log.info('link:key_changed', { agentId: name.id })
  for (const other of registry.ofAgent(name)) if (other.key !== key) other.close(4003)
  return store.agents.resolve(name.id)
}
