import { ask, askBounded } from '../api.ts'
import { needed, text, type Commands } from '../command-line.ts'
import { settings } from '../settings.ts'
import { printList } from '../table.ts'

interface Agent {
  readonly id: string
  readonly siteId: string
  readonly version?: string
  readonly connected: boolean
  readonly held?: string
  readonly seenAt?: string
  readonly revokedAt?: string
}

const most = 10_000

/** `platen agent …` */
export const agentCommands: Commands = {
  list: {
    description: 'list the agents',
    run: async values => {
      const agents = await askBounded<Agent>(settings(values), '/v1/agents', most)
      return printList(values['json'], agents, ['AGENT', 'SITE', 'STATE', 'SEEN', 'VERSION'], agent => [
        agent.id,
        agent.siteId,
        stateOf(agent),
        agent.seenAt,
        agent.version,
      ])
    },
  },
  pool: {
    description: 'let an agent of the platform carry out jobs of a pool; without a name, of its own site alone',
    args: '<agent> [pool]',
    run: async values => {
      const pool = text(values, 'pool')
      await ask(
        settings(values),
        'POST',
        `/v1/agents/${encodeURIComponent(needed(values, 'agent'))}/pool`,
        pool === undefined ? {} : { pool },
      )
      return 0
    },
  },
  rotate: {
    description: 'have an agent change its key; the old one works until the new one has',
    args: '<agent>',
    run: async values => {
      await ask(settings(values), 'POST', `/v1/agents/${encodeURIComponent(needed(values, 'agent'))}/rotate`, {})
      return 0
    },
  },
  revoke: {
    description: 'revoke an agent’s key; its connection ends at once',
    args: '<agent>',
    run: async values => {
      await ask(settings(values), 'POST', `/v1/agents/${encodeURIComponent(needed(values, 'agent'))}/revoke`, {})
      return 0
    },
  },
}

function stateOf({ revokedAt, connected, held }: Agent): string {
  if (revokedAt !== undefined) return 'revoked'
  return held ?? (connected ? 'connected' : 'away')
}
