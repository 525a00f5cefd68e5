import { PlatenError } from '@platen/protocol'
import { unheardMs } from '../../domain/presence.ts'
import type { Agent } from '../../ports/agents.ts'
import { iso, ok, type Route } from '../context.ts'
import { pageAnswer, pageRequest } from '../paging.ts'
import { agentShape, listOf, pageQuery, revokedShape, rotatingShape } from '../shapes.ts'

/** Agents of the account. */
export const agentRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/agents',
    scope: 'read',
    summary: 'List the agents',
    query: pageQuery,
    answer: { status: 200, ...listOf(agentShape) },
    handle: async ({ token, query }, { store, heldBecause, clock }) =>
      ok(pageAnswer(await store.agents.list(token.accountId, pageRequest(query)), agent => show(agent, heldBecause(agent), clock.now()))),
  },
  {
    method: 'GET',
    path: '/v1/agents/:id',
    scope: 'read',
    summary: 'Show an agent',
    answer: { status: 200, ...agentShape },
    handle: async ({ token, params }, { store, heldBecause, clock }) => {
      const agent = await store.agents.find(token.accountId, params['id'] ?? '')
      if (!agent) throw new PlatenError('agent.not_found')
      return ok(show(agent, heldBecause(agent), clock.now()))
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
  {
    method: 'POST',
    path: '/v1/agents/:id/pool',
    scope: 'admin',
    summary: 'Let an agent of the platform carry out jobs of a pool, of any account’s sites; without a pool, of its own site alone',
    description: 'It takes effect when the agent connects the next time; its connection is ended for that.',
    audit: 'agent.pool',
    body: {
      type: 'object',
      additionalProperties: false,
      properties: { pool: { type: 'string', pattern: '^[a-z][a-z0-9-]{0,39}$' } },
    },
    bodyExample: { pool: 'verifiers' },
    answer: { status: 200, ...agentShape },
    handle: async ({ token, params, body, record }, { store, bus, heldBecause, clock }) => {
      const agentId = params['id'] ?? ''
      const pool = (body['pool'] as string | undefined) ?? null
      if (!(await store.agents.assignPool(token.accountId, agentId, pool, record(agentId)))) throw new PlatenError('agent.not_found')
      bus.publish({ type: 'agent changed', agentId })
      const agent = (await store.agents.find(token.accountId, agentId)) as Agent
      return ok(show(agent, heldBecause(agent), clock.now()))
    },
  },
  {
    method: 'POST',
    path: '/v1/agents/:id/rotate',
    scope: 'admin',
    summary: 'Have an agent change its key',
    description: 'At once where it is connected, else when it is the next time. Its old key works until it has connected with the new one.',
    audit: 'agent.rotate',
    answer: { status: 202, ...rotatingShape },
    handle: async ({ token, params, record }, { store, bus, clock }) => {
      const agentId = params['id'] ?? ''
      if (!(await store.agents.askRotation(token.accountId, agentId, clock.now(), record(agentId))))
        throw new PlatenError('agent.not_found')
      bus.publish({ type: 'agent rotation', agentId })
      return { status: 202, body: { id: agentId, rotating: true } }
    },
  },
]

function show(agent: Agent, held: 'duplicate' | undefined, now: number): object {
  const { id, siteId, publicKey, version, facts } = agent
  const time = (name: 'seenAt' | 'revokedAt' | 'connectedAt'): object => (agent[name] === undefined ? {} : { [name]: iso(agent[name]) })
  return {
    id,
    siteId,
    publicKey,
    connected: agent.connectedAt !== undefined && now - (agent.seenAt ?? 0) < unheardMs,
    ...(held === undefined ? {} : { held }),
    ...(agent.rotationAskedAt === undefined ? {} : { rotating: true }),
    ...(agent.pool === undefined ? {} : { pool: agent.pool }),
    ...(version === undefined ? {} : { version }),
    enrolledAt: iso(agent.createdAt),
    ...time('connectedAt'),
    ...time('seenAt'),
    ...time('revokedAt'),
    facts,
  }
}
