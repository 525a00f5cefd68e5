import type { Server } from 'node:http'
import { isNestedTooDeeply, PlatenError, toPlatenError, type ErrorCode } from '@platen/protocol'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { Admitted } from './admitted.ts'
import type { HttpParts, Route } from './context.ts'
import { streamEvents } from './event-stream.ts'
import { frontPage } from './front-page.ts'
import { Gatekeeper, TooMany, type RawCall } from './gatekeeper.ts'
import { InFlight } from './in-flight.ts'
import { openApi } from './openapi.ts'
import { problemOf } from './problem.ts'
import { lifePath, publicRoutes } from './public-routes.ts'
import { Readiness } from './readiness.ts'
import { agentRoutes } from './routes/agents.ts'
import { auditRoutes } from './routes/audit.ts'
import { jobRoutes } from './routes/jobs.ts'
import { siteRoutes } from './routes/sites.ts'
import { tokenRoutes } from './routes/tokens.ts'
import { OpenStreams } from './open-streams.ts'
import { isOver, startOf, streamRoutes } from './stream-routes.ts'

/** The API's server. */
export interface HttpServer {
  /** Node's own server, for the agents' upgrades. */
  readonly server: Server
  /** Starts listening; the port that it got. @throws PlatenError port.in_use */
  listen(host: string, port: number): Promise<number>
  /** From now on, whatever is asked is answered gateway.draining, and event streams end; it still listens, so that whoever looks can see it. */
  drain(): void
  /** Drains, and waits for requests that are being answered; what takes too long is cut. */
  close(): Promise<void>
}

const bodyBytes = 131_072
const requestMs = 30_000
/** Above the link's own bound, whose refusals say when to come back: what is over this one is hung up on. */
const mostSockets = 60_000
const drainMs = 10_000
const streamsEach = 50
const streamAgainSeconds = 5
/** Jobs have to begin first, and a full queue is not looked at any sooner. */
const queueAgainSeconds = 10
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
    // Addresses that can't be read at all.
    frameworkErrors: (_error, request, reply) => fail(new PlatenError('route.not_found'), request, reply, parts),
  })
  app.server.maxConnections = mostSockets
  // Answers are one caller's own, and are what their type says.
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff').header('referrer-policy', 'no-referrer').header('cache-control', 'no-store')
  })
  const [leaving, inFlight] = [new AbortController(), new InFlight()]
  app.addHook('onRequest', async (request, reply) => {
    if (!leaving.signal.aborted) inFlight.add(reply.raw)
    else if (request.routeOptions.url !== lifePath) throw new PlatenError('gateway.draining')
  })
  app.addHook('onSend', async (_request, reply) => {
    if (leaving.signal.aborted) reply.header('connection', 'close')
  })
  app.setErrorHandler((error, request, reply) => fail(error, request, reply, parts))
  app.setNotFoundHandler((request, reply) => fail(new PlatenError('route.not_found'), request, reply, parts))
  const gatekeeper = new Gatekeeper(parts)
  serveRoutes(app, parts, gatekeeper)
  serveStreams(app, parts, gatekeeper, leaving.signal)
  servePublic(app, parts, gatekeeper)
  serveFrontPage(app)
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
    drain: () => leaving.abort(),
    close: async () => {
      leaving.abort()
      await inFlight.over(parts.clock, drainMs)
      await app.close()
    },
  }
}

function serveRoutes(app: FastifyInstance, parts: HttpParts, gatekeeper: Gatekeeper): void {
  const admitted = new Admitted(gatekeeper)
  for (const route of routes) {
    app.route({
      method: route.method,
      // A colon inside a segment is a colon.
      url: route.path.replace(/(?<!\/):/, '::'),
      ...(route.body ? { schema: { body: route.body } } : {}),
      ...(route.bodyBytes === undefined ? {} : { bodyLimit: route.bodyBytes }),
      onRequest: request => admitted.admit(request, route.scope),
      handler: async (request, reply) => {
        const raw = rawCall(request)
        const token = admitted.tokenOf(request)
        if (isNestedTooDeeply(raw.body)) throw new PlatenError('input.invalid', 'It is nested too deeply.', { field: 'body' })
        const call = gatekeeper.call(token, route, raw)
        try {
          const answer = await route.handle(call, parts)
          return await reply.status(answer.status).send(answer.body)
        } catch (error) {
          if (route.audit !== undefined) await gatekeeper.noteRefusal(call, toPlatenError(error))
          throw error
        }
      },
    })
  }
}

function rawCall(request: FastifyRequest): RawCall {
  return {
    idempotencyKey: request.headers['idempotency-key'],
    params: request.params as Record<string, string>,
    query: singular(request.query as Record<string, string | string[]>),
    body: (request.body ?? {}) as Record<string, unknown>,
  }
}

/** Query parameters that come once each. @throws PlatenError input.invalid */
function singular(query: Readonly<Record<string, string | string[]>>): Record<string, string> {
  const twice = Object.keys(query).find(name => typeof query[name] !== 'string')
  if (twice !== undefined) throw new PlatenError('input.invalid', `${twice}: it is there more than once.`, { field: twice })
  return query as Record<string, string>
}

function serveStreams(app: FastifyInstance, parts: HttpParts, gatekeeper: Gatekeeper, leaving: AbortSignal): void {
  const admitted = new Admitted(gatekeeper)
  const streams = new OpenStreams(streamsEach)
  for (const route of streamRoutes) {
    // A HEAD request would hold a stream open that nobody reads.
    const onRequest = (request: FastifyRequest): Promise<void> => admitted.admit(request, 'read')
    app.get(route.path, { exposeHeadRoute: false, onRequest }, async (request, reply) => {
      const { params, query } = rawCall(request)
      const token = admitted.tokenOf(request)
      const shown = await route.of(token, params['id'] ?? '', parts)
      const of = { ...shown, tokenHash: token.hash, after: startOf(request.headers['last-event-id'], query['after']) }
      if (await isOver(of, parts)) return reply.status(204).send()
      if (leaving.aborted) throw new PlatenError('gateway.draining')
      const giveBack = streams.take(token.id)
      if (!giveBack) throw new TooMany(streamAgainSeconds)
      reply.hijack()
      // Whoever went away meanwhile has closed already, and will not do so again.
      if (reply.raw.destroyed) return giveBack()
      reply.raw.once('close', giveBack)
      streamEvents(reply.raw, of, parts, leaving)
    })
  }
}

function servePublic(app: FastifyInstance, parts: HttpParts, gatekeeper: Gatekeeper): void {
  const served = { redeem: (request: Parameters<HttpParts['redeem']>[0]) => parts.redeem(request), readiness: new Readiness(parts) }
  for (const route of publicRoutes) {
    app.route({
      method: route.method,
      url: route.path,
      ...(route.body ? { schema: { body: route.body } } : {}),
      onRequest: async request => {
        if (route.limited) gatekeeper.admitAddress(request.ip)
      },
      handler: async (request, reply) => {
        const { status, body } = await route.handle(request.body, served)
        return reply.status(status).send(body)
      },
    })
  }
}

const contentPolicy = [
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'",
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
].join('; ')

function serveFrontPage(app: FastifyInstance): void {
  const document = openApi([...routes, ...streamRoutes, ...publicRoutes])
  app.get('/openapi.json', async () => document)
  for (const { path, type, text } of frontPage) {
    app.get(path, async (_request, reply) => {
      reply.header('content-security-policy', contentPolicy).type(type)
      return text
    })
  }
}

/** What whoever asks can do nothing about; the log says why. */
const ourFaults: ReadonlySet<ErrorCode> = new Set(['internal', 'store.unavailable', 'disk.full'])

/** A token that was used up, revoked, guessed, or is another's: who tries is worth knowing. */
const tokenFaults: ReadonlySet<ErrorCode> = new Set(['token.invalid', 'token.scope', 'enrol.token_invalid', 'enrol.token_expired'])

function fail(error: unknown, request: FastifyRequest, reply: FastifyReply, { log, metrics }: HttpParts): void {
  const problem = problemOf(error)
  if (tokenFaults.has(problem.code)) {
    metrics.count('http_tokens_refused', problem.code)
    log.warn('http:token_refused', { address: request.ip, code: problem.code })
  }
  if (ourFaults.has(problem.code)) log.error('http:failed', { method: request.method, url: request.routeOptions.url, error })
  if (problem.code === 'token.invalid') reply.header('www-authenticate', 'Bearer')
  if (error instanceof TooMany) reply.header('retry-after', String(error.retryAfterSeconds))
  else if (problem.code === 'queue.full') reply.header('retry-after', String(queueAgainSeconds))
  reply.status(problem.status).type('application/problem+json').send(problem)
}
