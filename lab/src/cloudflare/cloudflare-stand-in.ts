import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PurgeBuckets, type PublishedLimit } from './purge-buckets.ts'

/** What the stand-in is told to be. */
export interface StandInOptions {
  readonly token: string
  readonly zones: readonly string[]
  readonly urls: PublishedLimit
  readonly wide: PublishedLimit
  readonly now?: () => number
  /** Does what was asked for, before it is said to be done. */
  readonly carryOut?: (what: Purged['what']) => Promise<void>
}

/** One purge that was carried out. */
export interface Purged {
  readonly zone: string
  readonly what: Readonly<Record<string, unknown>>
  readonly at: number
}

/**
 * What the stand-in does to requests instead of answering them; one with a body sends that, of which it
 * sends no end where it is `stalled` and half where it is `cut`.
 */
export type Trouble =
  | { readonly status: number; readonly retryAfter?: number }
  | { readonly body: string; readonly type: string; readonly status?: number; readonly end?: 'stalled' | 'cut' }
  | 'silent'
  | 'cut'
  | undefined

/** A stand-in of Cloudflare's API, as far as purges go: real HTTP, its schema, its published limits, and no mercy. */
export interface CloudflareStandIn {
  /** For the client's `baseURL`. */
  readonly url: string
  readonly purged: readonly Purged[]
  /** Requests that were over a limit. */
  readonly limited: number
  trouble: Trouble
  close(): Promise<void>
}

const mostOperations = 100
const bodyBytes = 1_048_576
const lists = ['files', 'hosts', 'prefixes', 'tags'] as const

/** Starts it on a port of its own. */
export async function cloudflareStandIn(options: StandInOptions): Promise<CloudflareStandIn> {
  const { now = () => Date.now() } = options
  const buckets = new PurgeBuckets(options.urls, options.wide, now)
  const purged: Purged[] = []
  const state = { limited: 0, trouble: undefined as Trouble }
  const server = createServer((request, response) => {
    if (state.trouble === 'silent') return
    if (state.trouble === 'cut') return void request.socket.destroy()
    void answer(request, response).catch(() => request.socket.destroy())
  })
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request)
    if (typeof state.trouble === 'object' && 'body' in state.trouble) return odd(response, state.trouble)
    if (typeof state.trouble === 'object') return refuse(response, state.trouble.status, 10_000, state.trouble.retryAfter)
    const zone = /^\/zones\/([0-9a-f]{32})\/purge_cache$/.exec(request.url ?? '')?.[1]
    if (request.method !== 'POST' || zone === undefined) return refuse(response, 404, 7_000)
    if (request.headers.authorization !== `Bearer ${options.token}`) return refuse(response, 401, 10_000)
    if (!options.zones.includes(zone)) return refuse(response, 404, 7_003)
    const what = purgeOf(body)
    if (!what) return refuse(response, 400, 1_012)
    const waitSeconds = 'files' in what ? buckets.take('urls', (what['files'] as unknown[]).length) : buckets.take('wide', 1)
    if (waitSeconds > 0) {
      state.limited += 1
      return refuse(response, 429, 1_134, waitSeconds)
    }
    await options.carryOut?.(what)
    purged.push({ zone, what, at: now() })
    send(response, 200, { success: true, errors: [], messages: [], result: { id: zone } })
  }
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    purged,
    get limited() {
      return state.limited
    },
    get trouble() {
      return state.trouble
    },
    set trouble(next) {
      state.trouble = next
    },
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length
    if (bytes > bodyBytes) throw new Error('The body is too long')
    pieces.push(piece)
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8'))
  } catch {
    // Answered as a body that breaks the schema.
    return undefined
  }
}

/** The body, where it is one purge as Cloudflare's schema has it: one member, one to a hundred operations, absolute URLs. */
function purgeOf(body: unknown): Record<string, unknown> | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const members = Object.entries(body)
  const [name, value] = members[0] ?? []
  if (members.length !== 1) return undefined
  if (name === 'purge_everything') return value === true ? { purge_everything: true } : undefined
  if (!lists.some(list => list === name) || !Array.isArray(value) || value.length < 1 || value.length > mostOperations) return undefined
  if (!value.every(each => typeof each === 'string' && each !== '')) return undefined
  if (name === 'files' && !value.every(each => URL.canParse(each as string) && /^https?:/.test(each as string))) return undefined
  return { [name as string]: value }
}

function odd(response: ServerResponse, { body, type, status = 200, end }: Extract<Trouble, { body: string }>): void {
  response.writeHead(status, { 'content-type': type })
  if (end === undefined) return void response.end(body)
  response.write(body)
  if (end === 'cut') setImmediate(() => response.destroy())
}

function refuse(response: ServerResponse, status: number, code: number, retryAfter?: number): void {
  if (retryAfter !== undefined) response.setHeader('retry-after', String(retryAfter))
  send(response, status, { success: false, errors: [{ code, message: 'Refused' }], messages: [], result: null })
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
