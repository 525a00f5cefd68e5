import { PlatenError } from '@platen/protocol'
import type { Agent } from '../../ports/agents.ts'
import { iso, ok, type Route } from '../context.ts'
import { pageAnswer, pageRequest } from '../paging.ts'
import { agentShape, listOf, pageQuery, revokedShape } from '../shapes.ts'

/** Agents of the account. */
export const agentRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/agents',
    scope: 'read',
    summary: 'List the agents',
    query: pageQuery,
    answer: { status: 200, ...listOf(agentShape) },
    handle: async ({ token, query }, { store }) => ok(pageAnswer(await store.agents.list(token.accountId, pageRequest(query)), show)),
  },
  {
    method: 'GET',
    path: '/v1/agents/:id',
    scope: 'read',
    summary: 'Show an agent',
    answer: { status: 200, ...agentShape },
    handle: async ({ token, params }, { store }) => {
      const agent = await store.agents.find(token.accountId, params['id'] ?? '')
      if (!agent) throw new PlatenError('agent.not_found')
      return ok(show(agent))
    },
  },
  {
    method: 'POST',
    path: '/v1/agents/:id/revoke',
    scope: 'admin',
    summary: 'Revoke an agent’s key; its connection ends at once',
    audit: 'agent.revoke',
    answer: { status: 200, ...revokedShape },
    handle: async ({ token, params, record }, { store, bus, clock }) => {
      const agentId = params['id'] ?? ''
      if (!(await store.agents.revoke(token.accountId, agentId, clock.now(), record(agentId)))) throw new PlatenError('agent.not_found')
      bus.publish({ type: 'agent revoked', agentId })
      return ok({ id: agentId, revoked: true })
    },
  },
]

function show(agent: Agent): object {
  const { id, siteId, version, facts } = agent
  const time = (name: 'seenAt' | 'revokedAt' | 'connectedAt'): object => (agent[name] === undefined ? {} : { [name]: iso(agent[name]) })
  return {
    id,
    siteId,
    connected: agent.connectedAt !== undefined,
    ...(version === undefined ? {} : { version }),
    enrolledAt: iso(agent.createdAt),
    ...time('connectedAt'),
    ...time('seenAt'),
    ...time('revokedAt'),
    facts,
  }
}
