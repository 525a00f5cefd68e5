import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gatewayCapabilities, newId, subprotocol, type AgentFrame, type GatewayFrame } from '@platen/protocol'
import { WebSocketServer, type WebSocket } from 'ws'

type Frame<Type extends AgentFrame['type']> = Extract<AgentFrame, { type: Type }>

/** How an upgrade is answered without a socket. */
export interface Refusal {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Whether more of the body could still come. */
  readonly isUnfinished?: boolean
}

const deadlineMs = 5_000

/** A gateway on a loopback port that says and does what a test wants. */
export class WireGateway {
  /** Upgrades that came, oldest first. */
  readonly upgrades: IncomingMessage[] = []
  /** Set to refuse upgrades. */
  refuse: ((request: IncomingMessage) => Refusal | undefined) | undefined
  readonly #server: Server = createServer()
  readonly #sockets = new WebSocketServer({ noServer: true, handleProtocols: () => subprotocol })
  readonly #waiting: AgentSocket[] = []
  readonly #all: AgentSocket[] = []
  #look: () => void = () => {}

  constructor() {
    this.#server.on('upgrade', (request, socket, head) => {
      this.upgrades.push(request)
      const refusal = this.refuse?.(request)
      if (refusal) {
        const headers = Object.entries({ connection: 'close', ...refusal.headers }).map(([name, value]) => `${name}: ${value}`)
        // Whoever has read enough of it goes away in the middle.
        socket.on('error', () => socket.destroy()).on('end', () => socket.end())
        socket.resume()
        socket.write(`HTTP/1.1 ${refusal.status} no\r\n${headers.join('\r\n')}\r\n\r\n${refusal.body ?? ''}`)
        if (!refusal.isUnfinished) socket.end()
      } else this.#sockets.handleUpgrade(request, socket, head, upgraded => this.#take(new AgentSocket(upgraded)))
    })
  }

  async listen(port = 0): Promise<void> {
    await new Promise<void>(resolve => this.#server.listen(port, '127.0.0.1', resolve))
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** The next connection of the agent. */
  async next(): Promise<AgentSocket> {
    for (const signal = AbortSignal.timeout(deadlineMs); ;) {
      const socket = this.#waiting.shift()
      if (socket) return socket
      await new Promise<void>((resolve, reject) => {
        this.#look = resolve
        signal.addEventListener('abort', () => reject(new Error('no connection came')))
      })
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#all) socket.cut()
    await new Promise<void>(resolve => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  #take(socket: AgentSocket): void {
    this.#all.push(socket)
    this.#waiting.push(socket)
    this.#look()
  }
}

/** The gateway's end of one connection. */
export class AgentSocket {
  readonly frames: AgentFrame[] = []
  readonly closed: Promise<number>
  /** How often the agent asked for a sign of life. */
  pings = 0
  readonly #socket: WebSocket
  #look: () => void = () => {}

  constructor(socket: WebSocket) {
    this.#socket = socket
    this.closed = new Promise(resolve => socket.on('close', code => resolve(code)))
    socket.on('ping', () => (this.pings += 1))
    socket.on('message', data => {
      this.frames.push(JSON.parse((data as Buffer).toString('utf8')) as AgentFrame)
      this.#look()
    })
  }

  send(frame: GatewayFrame): void {
    this.#socket.send(JSON.stringify(frame))
  }

  raw(data: string | Buffer): void {
    this.#socket.send(data)
  }

  /** One piece of a message; false when nothing more can be sent. */
  piece(data: string | Buffer, isLast: boolean): boolean {
    if (!this.isOpen) return false
    this.#socket.send(data, { fin: isLast })
    return true
  }

  ping(): void {
    if (this.isOpen) this.#socket.ping()
  }

  /** Takes nothing that comes any more. */
  stopReading(): void {
    this.#socket.pause()
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN
  }

  close(code: number): void {
    this.#socket.close(code)
  }

  cut(): void {
    this.#socket.terminate()
  }

  /** The next frame of a type; frames of other types stay for later. */
  async next<Type extends AgentFrame['type']>(type: Type): Promise<Frame<Type>> {
    for (const signal = AbortSignal.timeout(deadlineMs); ;) {
      const at = this.frames.findIndex(frame => frame.type === type)
      if (at >= 0) return this.frames.splice(at, 1)[0] as Frame<Type>
      await new Promise<void>((resolve, reject) => {
        this.#look = resolve
        signal.addEventListener('abort', () => reject(new Error(`no ${type} came, but ${this.frames.map(frame => frame.type).join(', ')}`)))
      })
    }
  }

  /** The handshake as a gateway should do it. */
  async welcome(change: Partial<Extract<GatewayFrame, { type: 'welcome' }>> = {}, time: number = Date.now()): Promise<Frame<'hello'>> {
    this.send({ type: 'challenge', nonce: 'bm9uY2U', gateway: 'gateway.test', time })
    const hello = await this.next('hello')
    this.send({ ...welcomeAt(time), ...change })
    return hello
  }
}

/** A welcome as a gateway should say it, which knows nothing of the agent's state yet. */
export function welcomeAt(time: number): Extract<GatewayFrame, { type: 'welcome' }> {
  const capabilities = [...gatewayCapabilities]
  return { type: 'welcome', sessionId: newId('sess'), revision: 1, heartbeatMs: 30_000, leaseMs: 90_000, stateSeq: 0, time, capabilities }
}
