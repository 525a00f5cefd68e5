import { PlatenError } from '@platen/protocol'
import type { Answer, HttpParts, RouteDocument } from './context.ts'
import type { Readiness } from './readiness.ts'

/** A route that needs no API token. */
export interface PublicRoute extends RouteDocument {
  readonly scope: 'public'
  /** Whether requests count against the address that they come from. */
  readonly limited: boolean
  handle(body: unknown, parts: Pick<HttpParts, 'redeem'> & { readonly readiness: Readiness }): Promise<Answer>
}

const key = { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' }
const healthy = { status: 200, schema: { type: 'object', required: ['ok'], properties: { ok: { const: true } } }, example: { ok: true } }

/** Answers as long as the process lives, while it drains too: whoever restarts what is dead must not take that for dead. */
export const lifePath = '/healthz'

/** What needs no API token and tells nothing of any account. */
export const publicRoutes: readonly PublicRoute[] = [
  {
    method: 'POST',
    path: '/v1/agents/enrol',
    scope: 'public',
    limited: true,
    summary: 'Enrol an agent: the one-time token is what lets it in',
    body: {
      type: 'object',
      required: ['token', 'publicKey', 'siteUrl', 'version'],
      additionalProperties: false,
      properties: { token: key, publicKey: key, siteUrl: { type: 'string', maxLength: 500 }, version: { type: 'string', maxLength: 40 } },
    },
    bodyExample: {
      token: 'q1n0Z7mB3cVtXy5wKpLr8sDfGhJ2uEaN4oTiRbQvMxk',
      publicKey: 'H6dYw0pZtR3sLx9vQnKf2gBcM7jUaEo5TiWrXy1hV8s',
      siteUrl: 'https://example.com',
      version: '0.1.0',
    },
    answer: {
      status: 201,
      schema: {
        type: 'object',
        required: ['agentId', 'siteId', 'gateway'],
        properties: { agentId: { type: 'string' }, siteId: { type: 'string' }, gateway: { type: 'string' } },
      },
      example: { agentId: 'agent_…', siteId: 'site_…', gateway: 'platen' },
    },
    handle: async (body, parts) => ({ status: 201, body: await parts.redeem(body as Parameters<HttpParts['redeem']>[0]) }),
  },
  {
    method: 'GET',
    path: lifePath,
    scope: 'public',
    limited: false,
    summary: 'Say that the process lives',
    answer: healthy,
    handle: async () => ({ status: 200, body: { ok: true } }),
  },
  {
    method: 'GET',
    path: '/readyz',
    scope: 'public',
    limited: false,
    summary: 'Say that the store can be read and written, and that the gateway is not stopping',
    answer: healthy,
    handle: async (_body, { readiness }) => {
      if (!(await readiness.isReady())) throw new PlatenError('store.unavailable')
      return { status: 200, body: { ok: true } }
    },
  },
]
