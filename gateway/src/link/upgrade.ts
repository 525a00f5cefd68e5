import { STATUS_CODES, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { errorRow, limits, PlatenError, subprotocol, toPlatenError, type ErrorCode } from '@platen/protocol'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Agent } from '../ports/agents.ts'
import type { Admission, Admitted, Load } from './admission.ts'
import type { ClientAddress } from './client-address.ts'
import { admittedAgent } from './connection-token.ts'
import type { LinkParts } from './link-parts.ts'

/** What upgrading needs. */
export interface UpgradeOptions {
  readonly parts: LinkParts
  readonly admission: Admission
  readonly addressOf: ClientAddress
  readonly isDraining: () => boolean
  /** What is open, upgrades that are being looked at apart. */
  readonly load: () => Load
  /** Called with a socket whose request and headers can be forgotten. */
  readonly admitted: (agent: Agent, socket: WebSocket) => void
}

/** The path of the link. */
export const linkPath = '/v1/agents/link'

/** Larger than a frame may be, so that a frame over the bound is answered by the table (4007) and not by the library (1009). */
const mostPayload = 2 * limits.link.frameBytes

/**
 * Answers `upgrade` events of an HTTP server: nothing but the raw socket exists until the token was checked. An answer that
 * refuses is a problem document with the server's time.
 */
export function upgrader(options: UpgradeOptions): (request: IncomingMessage, socket: Duplex, head: Buffer) => void {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: mostPayload,
    maxFragments: limits.link.frameFragments,
    // Sessions answer pings themselves: those count as frames, too.
    autoPong: false,
    handleProtocols: () => subprotocol,
  })
  const atWork = { count: 0 }
  return (request, socket, head) => {
    // A socket that breaks meanwhile shows as destroyed below.
    socket.on('error', destroyIt)
    atWork.count += 1
    void upgrade({ ...options, atWork }, server, request, socket, head).finally(() => (atWork.count -= 1))
  }
}

/** One function for all sockets: a closure would live as long as each of them. */
function destroyIt(this: Duplex): void {
  this.destroy()
}

interface Upgrading extends UpgradeOptions {
  /** Upgrades that are being looked at. */
  readonly atWork: { readonly count: number }
}

async function upgrade(options: Upgrading, server: WebSocketServer, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
  try {
    const agent = await admit(options, request)
    if (socket.destroyed) return
    if (options.isDraining()) throw new PlatenError('gateway.draining')
    options.parts.metrics.count('link_upgrades', 'admitted')
    server.handleUpgrade(request, socket, head, upgraded => options.admitted(agent, upgraded))
  } catch (error) {
    const known = toPlatenError(error)
    const { log, metrics, clock } = options.parts
    metrics.count('link_upgrades', known.code)
    if (known.code === 'internal') log.error('link:upgrade_failed', { error })
    else log.warn('link:upgrade_refused', { address: options.addressOf(request), code: known.code })
    refuse(socket, known, clock.now())
  }
}

/** @throws PlatenError route.not_found, frame.invalid, gateway.draining, rate.limited, auth.token_invalid, agent.revoked, store.unavailable */
async function admit({ parts, admission, addressOf, isDraining, load, atWork }: Upgrading, request: IncomingMessage): Promise<Agent> {
  if (request.url?.split('?')[0] !== linkPath) throw new PlatenError('route.not_found')
  if (isDraining()) throw new PlatenError('gateway.draining')
  const address = addressOf(request)
  const { connections, unproven } = load()
  letIn(admission.admit(address, { connections: connections + atWork.count - 1, unproven: unproven + atWork.count - 1 }))
  try {
    const asked = request.headers['sec-websocket-protocol']?.split(',').map(part => part.trim())
    if (!asked?.includes(subprotocol)) throw new PlatenError('frame.invalid', `The subprotocol has to be ${subprotocol}.`)
    const resolve = (id: string): Promise<Agent | undefined> => parts.store.agents.resolve(id)
    const agent = await admittedAgent(request.headers.authorization, { gateway: parts.gateway, nowMs: parts.clock.now(), resolve })
    letIn(admission.admitAgent(agent.id))
    return agent
  } catch (error) {
    if (error instanceof PlatenError && strangers.has(error.code)) admission.refused(address)
    throw error
  }
}

/** Refusals that are held against an address. */
const strangers: ReadonlySet<string> = new Set<ErrorCode>(['auth.token_invalid', 'agent.revoked', 'frame.invalid'])

/** @throws PlatenError rate.limited */
function letIn(admitted: Admitted): void {
  if (!admitted.ok) throw new Busy(admitted.retryAfterSeconds)
}

/** Too many come at once. */
class Busy extends PlatenError {
  readonly retryAfterSeconds: number

  constructor(retryAfterSeconds: number) {
    super('rate.limited')
    this.retryAfterSeconds = retryAfterSeconds
  }
}

function refuse(socket: Duplex, error: PlatenError, nowMs: number): void {
  const { status: usual, meaning, hint } = errorRow(error.code)
  const status = error instanceof Busy ? 503 : usual
  const body = JSON.stringify({ type: 'about:blank', title: meaning, status, code: error.code, hint, time: nowMs })
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Date: ${new Date(nowMs).toUTCString()}`,
    'Connection: close',
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(error instanceof Busy ? [`Retry-After: ${error.retryAfterSeconds}`] : []),
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
}
