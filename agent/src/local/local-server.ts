import { chmodSync, rmSync } from 'node:fs'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { errorRow, isNestedTooDeeply, limits, PlatenError, toPlatenError, type LocalError } from '@platen/protocol'
import type { Clock } from '../ports/clock.ts'
import type { Journal } from '../ports/journal.ts'
import type { Log } from '../ports/log.ts'
import { followJob } from './follow-job.ts'
import { answerLocal, type Audience, type LocalSubject } from './local-routes.ts'
import { notHttp, refuseNotHttp } from './not-http.ts'
import { readBody } from './read-body.ts'
import { RefusalLog } from './refusal-log.ts'
import { checkSignature } from './signature.ts'
import { tokenBucket } from '../domain/token-bucket.ts'

/** Where a local server listens, and for whom. */
export type LocalAddress =
  | { readonly audience: Audience; readonly socket: string; readonly mode: number }
  /** Loopback TCP: every request is signed. */
  | { readonly audience: 'plugin'; readonly port: number; readonly secret: string }

/** What a local server needs. */
export interface LocalServerOptions {
  readonly address: LocalAddress
  readonly subject: LocalSubject
  readonly journal: Pick<Journal, 'nonce'>
  readonly clock: Clock
  readonly log: Log
  readonly patience?: Patience
}

/** How long a request may take to come, and how often that is looked at. */
export interface Patience {
  readonly headersMs: number
  readonly requestMs: number
  readonly checkMs: number
}

/** A listening server. */
export interface LocalServer {
  /** Requests that it refused. */
  readonly refused: number
  /** Cuts what is open and stops listening. */
  close(): Promise<void>
}

// An import of node:http reads all of its exports, WebSocket among them, and that loads 6.5 MB of fetch for good.
const { createServer } = process.getBuiltinModule('node:http')

const usualPatience: Patience = { headersMs: 5_000, requestMs: 10_000, checkMs: 5_000 }
const keepAliveMs = 1_000

/**
 * Serves plugin or CLI: HTTP with JSON, bounded in bytes, connections and rate; every answer is JSON.
 * @throws PlatenError port.in_use, internal
 */
export async function openLocalServer(options: LocalServerOptions): Promise<LocalServer> {
  const { clock, log, patience = usualPatience } = options
  const { headersMs, requestMs, checkMs } = patience
  const limitRate = tokenBucket({ perSecond: limits.local.requestsPerSecond, burst: limits.local.burst }, () => clock.monotonic())
  const refusals = new RefusalLog(log, clock)
  const { audience } = options.address
  let open = 0
  const serving = new WeakSet<Duplex>()
  const server = createServer(
    { headersTimeout: headersMs, requestTimeout: requestMs, keepAliveTimeout: keepAliveMs, connectionsCheckingInterval: checkMs },
    (request, response) => {
      open += 1
      serving.add(request.socket)
      response.once('close', () => {
        open -= 1
        serving.delete(request.socket)
      })
      serve(options, request, response, () => {
        if (open > limits.local.connections) throw new PlatenError('agent.busy')
        const waitMs = limitRate()
        if (waitMs > 0) throw new PlatenError('rate.limited', undefined, { retryAfterMs: waitMs })
      }).catch((error: unknown) => {
        const known = toPlatenError(error)
        refusals.tell(known, { audience, method: request.method, path: request.url?.slice(0, 200) })
        fail(response, known)
      })
    },
  )
  // Those over it are told so; those over twice of it are cut.
  server.maxConnections = 2 * limits.local.connections
  server.maxHeadersCount = 50
  server.on('drop', () => refusals.tell(new PlatenError('agent.busy'), { audience }))
  server.on('clientError', (_error, socket) => {
    if (!socket.writable) return void socket.destroy()
    // A request that had begun is refused by itself, since it broke off.
    if (!serving.has(socket)) refusals.tell(notHttp, { audience })
    refuseNotHttp(socket)
  })
  await listen(server, options.address)
  return {
    get refused() {
      return refusals.count
    },
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function serve(
  { address, subject, journal, clock }: LocalServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  admit: () => void,
): Promise<void> {
  if (address.audience === 'plugin') admit()
  const body = await readBody(request, limits.local.requestBytes + 1_024)
  const { method = 'GET', url = '/', headers } = request
  if ('secret' in address) checkSignature(address.secret, { method, path: url, headers, body }, journal, clock.now())
  if (!URL.canParse(url, 'http://agent')) throw new PlatenError('route.not_found')
  const { pathname, searchParams } = new URL(url, 'http://agent')
  const reply = answerLocal(subject, address.audience, { method, path: pathname, query: searchParams, body: jsonBody(body) })
  if ('follow' in reply) await followJob(reply.follow, subject.jobs, response)
  else send(response, reply.status, reply.json)
}

/** What a body holds that may be nothing. @throws PlatenError input.invalid */
export function jsonBody(body: Buffer): unknown {
  if (body.length === 0) return undefined
  const value = json(body.toString('utf8'))
  if (value === undefined || isNestedTooDeeply(value)) throw new PlatenError('input.invalid', 'The body is not JSON, or nested too deeply.')
  return value
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // What JSON.parse says about hostile text is of no use to anyone.
    return undefined
  }
}

function fail(response: ServerResponse, error: PlatenError): void {
  if (response.headersSent) return void response.destroy()
  const { status, hint } = errorRow(error.code)
  const { retryAfterMs } = error
  const body: LocalError = {
    code: error.code,
    message: error.message.slice(0, 500),
    hint,
    ...(error.field ? { field: error.field.slice(0, 200) } : {}),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  }
  if (retryAfterMs !== undefined) response.setHeader('Retry-After', Math.ceil(retryAfterMs / 1_000))
  // What is left of a refused request is not read.
  response.setHeader('Connection', 'close')
  send(response, status, body)
}

function send(response: ServerResponse, status: number, value: unknown): void {
  const text = JSON.stringify(value)
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }).end(text)
}

async function listen(server: Server, address: LocalAddress): Promise<void> {
  // Whoever holds the journal's lock is the only agent, so a socket that is there was left by a dead one.
  if ('socket' in address) rmSync(address.socket, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.on('error', error => {
      const inUse = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      reject(new PlatenError(inUse ? 'port.in_use' : 'internal', error.message, { cause: error }))
    })
    if ('socket' in address) server.listen(address.socket, resolve)
    else server.listen(address.port, '127.0.0.1', resolve)
  })
  if ('socket' in address) chmodSync(address.socket, address.mode)
}
