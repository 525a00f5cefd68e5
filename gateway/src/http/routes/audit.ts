import { iso, ok, type Route } from '../context.ts'
import { pageAnswer, pageRequest } from '../paging.ts'
import { auditShape, listOf, pageQuery } from '../shapes.ts'

/** Who did what. */
export const auditRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/audit',
    scope: 'admin',
    summary: 'List every mutation that somebody asked for, newest first',
    query: pageQuery,
    answer: { status: 200, ...listOf(auditShape) },
    handle: async ({ token, query }, { store }) => {
      const page = await store.audit.list(token.accountId, pageRequest(query))
      return ok(pageAnswer(page, ({ id, at, actor, action, subject, outcome }) => ({ id, at: iso(at), actor, action, subject, outcome })))
    },
  },
]
