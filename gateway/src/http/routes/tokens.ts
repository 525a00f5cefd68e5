import { createHash, randomBytes } from 'node:crypto'
import { newId, PlatenError } from '@platen/protocol'
import type { Scope, Token } from '../../ports/tokens.ts'
import { iso, ok, type Route } from '../context.ts'
import { pageAnswer, pageRequest } from '../paging.ts'
import { listOf, pageQuery, revokedShape, tokenShape } from '../shapes.ts'

const body = {
  type: 'object',
  required: ['name', 'scope'],
  additionalProperties: false,
  properties: { name: { type: 'string', minLength: 1, maxLength: 100 }, scope: { enum: ['read', 'dispatch', 'admin'] } },
}

/** API tokens of the account. */
export const tokenRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/tokens',
    scope: 'admin',
    summary: 'Make an API token; the answer is the only place where it is shown',
    description: 'Sent again under the same Idempotency-Key, the answer has no token: it was shown once.',
    audit: 'token.create',
    body,
    bodyExample: { name: 'deploy', scope: 'dispatch' },
    answer: { status: 201, ...tokenShape },
    handle: async ({ token, body: asked, record }, { store, clock }) => {
      const secret = `plt_${randomBytes(32).toString('base64url')}`
      const made: Token = {
        id: newId('tok'),
        accountId: token.accountId,
        name: String(asked['name']),
        scope: asked['scope'] as Scope,
        hash: createHash('sha256').update(secret).digest('base64url'),
        createdAt: clock.now(),
      }
      const kept = await store.tokens.create(made, record(made.id))
      return { status: 201, body: { ...show(kept), ...(kept.id === made.id ? { token: secret } : {}) } }
    },
  },
  {
    method: 'GET',
    path: '/v1/tokens',
    scope: 'admin',
    summary: 'List the tokens',
    query: pageQuery,
    answer: { status: 200, ...listOf(tokenShape) },
    handle: async ({ token, query }, { store }) => ok(pageAnswer(await store.tokens.list(token.accountId, pageRequest(query)), show)),
  },
  {
    method: 'POST',
    path: '/v1/tokens/:id/revoke',
    scope: 'admin',
    summary: 'Revoke a token',
    audit: 'token.revoke',
    answer: { status: 200, ...revokedShape },
    handle: async ({ token, params, record }, { store, clock }) => {
      const id = params['id'] ?? ''
      if (!(await store.tokens.revoke(token.accountId, id, clock.now(), record(id)))) throw new PlatenError('token.not_found')
      return ok({ id, revoked: true })
    },
  },
]

function show({ id, name, scope, createdAt, revokedAt }: Token): object {
  return { id, name, scope, createdAt: iso(createdAt), ...(revokedAt === undefined ? {} : { revokedAt: iso(revokedAt) }) }
}
