import type { Server } from 'node:http'
import { newId, PlatenError, toPlatenError } from '@platen/protocol'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { KeptAnswers } from './answers.ts'
import { authenticate, requireScope } from './authenticate.ts'
import type { Answer, Call, HttpParts, Route } from './context.ts'
import { streamEvents } from './event-stream.ts'
import { frontPage } from './front-page.ts'
import { openApi } from './openapi.ts'
import { problemOf } from './problem.ts'
import { RequestRate } from './request-rate.ts'
import { agentRoutes } from './routes/agents.ts'
import { auditRoutes } from './routes/audit.ts'
import { jobRoutes } from './routes/jobs.ts'
import { siteRoutes } from './routes/sites.ts'
import { tokenRoutes } from './routes/tokens.ts'

/** The API's server. */
export interface HttpServer {
  /** Node's own server, for the agents' upgrades. */
  readonly server: Server
  /** Starts listening; the port that it got. @throws PlatenError port.in_use */
  listen(host: string, port: number): Promise<number>
  close(): Promise<void>
}

const bodyBytes = 131_072
const requestMs = 30_000
const mostKeyLength = 200
const routes: readonly Route[] = [...siteRoutes, ...agentRoutes, ...tokenRoutes, ...jobRoutes, ...auditRoutes]

/** Makes the server; it listens when it is told to. */
export function httpServer(parts: HttpParts): HttpServer {
  const app = fastify({
    bodyLimit: bodyBytes,
    requestTimeout: requestMs,
    trustProxy: parts.trustProxy.length > 0 ? [...parts.trustProxy] : false,
    // What the schemas say is what is meant: no type is bent, nothing is taken away.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
    forceCloseConnections: true,
  })
  app.setErrorHandler((error, request, reply) => fail(error, request, reply, parts))
  app.setNotFoundHandler((request, reply) => fail(new PlatenError('route.not_found'), request, reply, parts))
  serveRoutes(app, parts)
  serveStreams(app, parts)
  serveEnrolment(app, parts)
  serveOpen(app, parts)
  return {
    server: app.server,
    listen: async (host, port) => {
      try {
        await app.listen({ host, port })
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
        throw new PlatenError('port.in_use', `${host}:${port}`, { cause: error, field: 'port' })
      }
      const address = app.server.address()
      return typeof address === 'object' && address ? address.port : port
    },
    close: () => app.close(),
  }
}

function serveRoutes(app: FastifyInstance, parts: HttpParts): void {
  const rate = new RequestRate(parts.clock)
  const kept = new KeptAnswers(parts.clock)
  for (const route of routes) {
    app.route({
      method: route.method,
      url: route.path,
      ...(route.body ? { schema: { body: route.body } } : {}),
      handler: async (request, reply) => {
        const call = await letIn(request, reply, route, parts, rate)
        const answer = await audited(route, call, parts, () => answerOnce(route, call, parts, kept))
        return reply.status(answer.status).send(answer.body)
      },
    })
  }
}

/** @throws PlatenError token.invalid, token.scope, rate.limited, input.invalid */
async function letIn(
  request: FastifyRequest,
  reply: FastifyReply,
  route: Pick<Route, 'scope'>,
  { store }: HttpParts,
  rate: RequestRate,
): Promise<Call> {
  const token = await authenticate(request.headers.authorization, store.tokens)
  const waitSeconds = rate.waitSeconds(token.id)
  if (waitSeconds > 0) {
    reply.header('retry-after', String(waitSeconds))
    throw new PlatenError('rate.limited')
  }
  requireScope(token, route.scope)
  const key = request.headers['idempotency-key']
  if (key !== undefined && (typeof key !== 'string' || key === '' || key.length > mostKeyLength)) {
    throw new PlatenError('input.invalid', `At most ${mostKeyLength} characters.`, { field: 'Idempotency-Key' })
  }
  return {
    token,
    params: request.params as Record<string, string>,
    query: request.query as Record<string, string>,
    body: (request.body ?? {}) as Record<string, unknown>,
    idempotencyKey: key,
  }
}

/** Jobs keep their keys in the store; other mutations' answers are kept here. */
async function answerOnce(route: Route, call: Call, parts: HttpParts, kept: KeptAnswers): Promise<Answer> {
  const { idempotencyKey: key, token, params, body } = call
  if (route.audit === undefined || route.audit === 'job.create' || key === undefined) return route.handle(call, parts)
  const request = { route: route.path, params, body: body as never }
  const earlier = kept.find(token.id, key, request)
  if (earlier) return earlier
  const answer = await route.handle(call, parts)
  kept.keep(token.id, key, request, answer)
  return answer
}

/** Writes down who asked for a mutation and what came of it. */
async function audited(
  route: Route,
  { token, params, body }: Call,
  { store, clock }: HttpParts,
  work: () => Promise<Answer>,
): Promise<Answer> {
  if (route.audit === undefined) return work()
  const entry = { id: newId('evt'), accountId: token.accountId, at: clock.now(), actor: `token:${token.id}`, action: route.audit }
  try {
    const answer = await work()
    const { id } = answer.body as { id?: string }
    await store.audit.append({ ...entry, subject: id ?? params['id'] ?? '', outcome: 'done' })
    return answer
  } catch (error) {
    const subject = params['id'] ?? (typeof body['siteId'] === 'string' ? body['siteId'] : '')
    await store.audit.append({ ...entry, subject: subject.slice(0, 100), outcome: toPlatenError(error).code })
    throw error
  }
}

/** Event streams, resumed by `Last-Event-ID` (or `?after`, for those who can't set headers). */
function serveStreams(app: FastifyInstance, parts: HttpParts): void {
  const rate = new RequestRate(parts.clock)
  for (const noun of ['jobs', 'sites'] as const) {
    app.get(`/v1/${noun}/:id/events`, async (request, reply) => {
      const { token, params, query } = await letIn(request, reply, { scope: 'read' }, parts, rate)
      const id = params['id'] ?? ''
      const known = noun === 'jobs' ? await parts.store.jobs.find(token.accountId, id) : await parts.store.sites.find(token.accountId, id)
      if (!known) throw new PlatenError(noun === 'jobs' ? 'job.not_found' : 'site.not_found')
      const after = Number(request.headers['last-event-id'] ?? query['after'] ?? 0)
      if (!Number.isSafeInteger(after) || after < 0) throw new PlatenError('cursor.invalid', undefined, { field: 'Last-Event-ID' })
      reply.hijack()
      streamEvents(reply.raw, { accountId: token.accountId, after, ...(noun === 'jobs' ? { jobId: id } : { siteId: id }) }, parts)
    })
  }
}

const enrolmentBody = {
  type: 'object',
  required: ['token', 'publicKey', 'siteUrl', 'version'],
  additionalProperties: false,
  properties: {
    token: { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' },
    publicKey: { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' },
    siteUrl: { type: 'string', maxLength: 500 },
    version: { type: 'string', maxLength: 40 },
  },
}

/** Where agents enrol: the one-time token is what lets them in. */
function serveEnrolment(app: FastifyInstance, parts: HttpParts): void {
  app.post('/v1/agents/enrol', { schema: { body: enrolmentBody } }, async (request, reply) => {
    return reply.status(201).send(await parts.redeem(request.body as Parameters<HttpParts['redeem']>[0]))
  })
}

/** What needs no token and tells nothing of any account. */
function serveOpen(app: FastifyInstance, { store }: HttpParts): void {
  const document = openApi(routes)
  app.get('/openapi.json', async () => document)
  app.get('/healthz', async () => ({ ok: true }))
  app.get('/readyz', async () => {
    if (!(await store.healthy())) throw new PlatenError('store.unavailable')
    return { ok: true }
  })
  for (const { path, type, text } of frontPage) {
    app.get(path, async (_request, reply) => {
      reply.header(
        'content-security-policy',
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      )
      reply.header('x-content-type-options', 'nosniff').header('referrer-policy', 'no-referrer').type(type)
      return text
    })
  }
}

function fail(error: unknown, request: FastifyRequest, reply: FastifyReply, { log }: HttpParts): void {
  const problem = problemOf(error)
  if (problem.code === 'internal') log.error('http:failed', { method: request.method, url: request.routeOptions.url, error })
  reply.status(problem.status).type('application/problem+json').send(problem)
}
