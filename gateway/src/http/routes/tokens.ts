import { createHash, randomBytes } from 'node:crypto'
import { newId, PlatenError } from '@platen/protocol'
import type { Scope, Token } from '../../ports/tokens.ts'
import { iso, ok, type Route } from '../context.ts'
import { pageAnswer, pageRequest } from '../paging.ts'

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
    audit: 'token.create',
    body,
    handle: async ({ token, body: asked }, { store, clock }) => {
      const secret = `plt_${randomBytes(32).toString('base64url')}`
      const made: Token = {
        id: newId('tok'),
        accountId: token.accountId,
        name: String(asked['name']),
        scope: asked['scope'] as Scope,
        hash: createHash('sha256').update(secret).digest('base64url'),
        createdAt: clock.now(),
      }
      await store.tokens.create(made)
      return { status: 201, body: { ...show(made), token: secret } }
    },
  },
  {
    method: 'GET',
    path: '/v1/tokens',
    scope: 'admin',
    summary: 'List the tokens',
    handle: async ({ token, query }, { store }) => ok(pageAnswer(await store.tokens.list(token.accountId, pageRequest(query)), show)),
  },
  {
    method: 'POST',
    path: '/v1/tokens/:id/revoke',
    scope: 'admin',
    summary: 'Revoke a token',
    audit: 'token.revoke',
    handle: async ({ token, params }, { store, clock }) => {
      const id = params['id'] ?? ''
      if (!(await store.tokens.revoke(token.accountId, id, clock.now()))) throw new PlatenError('token.not_found')
      return ok({ id, revoked: true })
    },
  },
]

function show({ id, name, scope, createdAt, revokedAt }: Token): object {
  return { id, name, scope, createdAt: iso(createdAt), ...(revokedAt === undefined ? {} : { revokedAt: iso(revokedAt) }) }
}
