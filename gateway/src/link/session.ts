import { randomBytes } from 'node:crypto'
import {
  closeCodes,
  decodeFrame,
  limits,
  negotiate,
  newId,
  toPlatenError,
  type AgentFrame,
  type CloseCodeNumber,
  type GatewayFrame,
} from '@platen/protocol'
import { agentFrameValidators } from '@platen/protocol/validators/agent-frames'
import type { WebSocket } from 'ws'
import { placeOf, type Place } from '../domain/place.ts'
import type { Agent } from '../ports/agents.ts'
import type { AgentFrames } from './agent-frames.ts'
import type { Dispatcher } from './dispatcher.ts'
import { isSignedHello } from './hello.ts'
import type { LinkParts } from './link-parts.ts'
import type { HeldJob, Peer } from './peer.ts'
import type { Registry } from './registry.ts'

/** What a session needs besides its socket. */
export interface SessionOptions {
  readonly parts: LinkParts
  readonly registry: Registry
  readonly frames: AgentFrames
  readonly dispatcher: Dispatcher
}

/**
 * **challenged** — the nonce is sent; nothing but a hello is heeded.
 * **admitting** — hello is signed rightly; the store is asked what there is to know.
 * **open** — jobs come and go.
 * **closed** — nothing is sent or heeded any more.
 */
type Step =
  | { readonly at: 'challenged'; readonly nonce: string }
  | { readonly at: 'admitting'; readonly instanceId: string }
  | { readonly at: 'open'; readonly instanceId: string }
  | { readonly at: 'closed' }

type Hello = Extract<AgentFrame, { type: 'hello' }>

/** Frames that wait for the one before them when reading pauses, and how few are left when it goes on. */
const pauseAt = 32
const resumeAt = 8
/** How often the store learns that a connected agent lives. */
const seenEveryMs = 300_000

/** One agent's connection, from the challenge to its end. There may be thousands: it keeps little. */
export class Session implements Peer {
  readonly agent: Pick<Agent, 'id' | 'accountId' | 'siteId' | 'publicKey'> & { readonly places: readonly Place[] }
  /** Names of the kinds that the agent's build and policy allow, as far as this gateway knows them. */
  kinds: readonly string[] = []
  readonly held: Map<string, HeldJob> = new Map()
  readonly #options: SessionOptions
  readonly #socket: WebSocket
  #step: Step
  #heardAt: number
  #seenAt = 0
  #tokens: number = limits.link.frameBurst
  #queue: Promise<void> = Promise.resolve()
  #queued = 0

  constructor(agent: Agent, socket: WebSocket, options: SessionOptions) {
    const { id, accountId, siteId, pool, publicKey } = agent
    this.agent = { id, accountId, siteId, publicKey, places: pool === undefined ? [siteId] : [siteId, placeOf({ pool })] }
    this.#socket = socket
    this.#options = options
    const { clock, gateway } = options.parts
    this.#heardAt = clock.now()
    const nonce = randomBytes(32).toString('base64url')
    this.#step = { at: 'challenged', nonce }
    socket.on('message', (data, isBinary) => this.#takeMessage(data as Buffer, isBinary))
    // What went wrong is told by the close that follows.
    socket.on('error', error => options.parts.log.warn('link:socket_error', { agentId: id, code: (error as NodeJS.ErrnoException).code }))
    socket.on('close', code => this.#ended(code))
    this.send({ type: 'challenge', nonce, gateway, time: this.#heardAt })
  }

  /** Which process of the agent this is; undefined before its hello and after the end. */
  get instanceId(): string | undefined {
    return this.#step.at === 'open' || this.#step.at === 'admitting' ? this.#step.instanceId : undefined
  }

  get isOpen(): boolean {
    return this.#step.at === 'open'
  }

  send(frame: GatewayFrame): boolean {
    if (this.#step.at === 'closed' || this.#socket.readyState !== this.#socket.OPEN) return false
    if (this.#socket.bufferedAmount > limits.link.sendBufferBytes) {
      this.close(4012)
      return false
    }
    this.#socket.send(JSON.stringify(frame))
    return true
  }

  /** Ends the session by the table. What is said of it is logged once, with the agent's id. */
  close(code: CloseCodeNumber, detail = ''): void {
    if (this.#step.at === 'closed') return
    const { name } = closeCodes[code]
    this.#options.parts.log.warn('link:closing', { agentId: this.agent.id, code, name, detail: detail.slice(0, 200) })
    this.#leave()
    this.#socket.close(code, name)
  }

  /** Ends the socket where the closing handshake did not. */
  terminate(): void {
    this.#socket.terminate()
  }

  /** Lets time pass: a hello that does not come, a peer that is silent. */
  checkDeadlines(nowMs: number): void {
    const silentMs = nowMs - this.#heardAt
    if (this.#step.at === 'challenged' && silentMs > limits.link.helloMs) this.close(4001)
    if (silentMs > Math.max(limits.link.silenceMs, 2.5 * this.#options.parts.heartbeatMs)) this.close(4011)
  }

  #takeMessage(data: Buffer, isBinary: boolean): void {
    if (this.#step.at === 'closed') return
    if (!this.#takeToken()) return this.close(4008)
    if (isBinary) return this.close(4006, 'binary')
    const decoded = decodeFrame<AgentFrame>(data.toString('utf8'), agentFrameValidators)
    if (!decoded.ok) return this.close(decoded.code === 'frame.too_large' ? 4007 : 4006, decoded.detail)
    const { frame } = decoded
    if (this.#step.at === 'challenged' && frame.type === 'hello') return this.#takeHello(frame, this.#step.nonce)
    if (this.#step.at !== 'open' || frame.type === 'hello') return this.close(4009, frame.type)
    this.#enqueue(() => this.#takeFrame(frame))
  }

  /** A token bucket: what was not used since the last frame comes back, up to the burst. */
  #takeToken(): boolean {
    const now = this.#options.parts.clock.now()
    const { frameBurst, framesPerSecond } = limits.link
    this.#tokens = Math.min(frameBurst, this.#tokens + (Math.max(0, now - this.#heardAt) * framesPerSecond) / 1_000) - 1
    // A hello's deadline runs from the challenge, whatever else is sent.
    this.#heardAt = now
    return this.#tokens >= 0
  }

  /** Frames take effect one after another; a store that is slow slows the reading down. */
  #enqueue(work: () => Promise<void>): void {
    this.#queued += 1
    if (this.#queued === pauseAt) this.#socket.pause()
    this.#queue = this.#queue.then(work).then(
      () => this.#dequeued(),
      (error: unknown) => this.#failed(error),
    )
  }

  #dequeued(): void {
    this.#queued -= 1
    if (this.#queued === resumeAt) this.#socket.resume()
  }

  /** What the store could not take is not acknowledged: the agent comes back with it. */
  #failed(error: unknown): void {
    this.#dequeued()
    this.#options.parts.log.error('link:failed', { agentId: this.agent.id, error })
    this.close(4000, toPlatenError(error).code)
  }

  #takeHello(hello: Hello, nonce: string): void {
    const { parts, registry } = this.#options
    const rightly = hello.agentId === this.agent.id && isSignedHello(hello, { nonce, gateway: parts.gateway }, this.agent.publicKey)
    if (!rightly) return this.close(4002)
    const revision = negotiate(hello.revisions)
    if (revision === undefined) return this.close(4005, hello.revisions.join(' ').slice(0, 100))
    this.#step = { at: 'admitting', instanceId: hello.instanceId }
    this.kinds = parts.catalog.kinds.map(({ name }) => name).filter(name => hello.capabilities.includes(name))
    // Known to the registry before the store is asked: a revocation from now on finds this session.
    registry.add(this)
    this.#enqueue(() => this.#welcome(hello, revision))
  }

  async #welcome(hello: Hello, revision: number): Promise<void> {
    const { parts, dispatcher, frames, registry } = this.#options
    const { store, clock, heartbeatMs, leaseMs, log } = parts
    const agent = await store.agents.resolve(this.agent.id)
    if (!agent || agent.revokedAt !== undefined) return this.close(4003)
    const leased = await store.jobs.leased(this.agent.places, agent.id)
    await this.#noteSeen(hello.version)
    if (this.#step.at !== 'admitting') return
    this.#step = { at: 'open', instanceId: hello.instanceId }
    for (const { id, attempt, epoch, kind } of leased) this.held.set(id, { attempt, epoch, kind })
    const sessionId = newId('sess')
    this.send({ type: 'welcome', sessionId, revision, heartbeatMs, leaseMs, stateSeq: agent.stateSeq, time: clock.now() })
    log.info('link:open', { agentId: agent.id, siteId: agent.siteId, sessionId, version: hello.version, lastClose: hello.lastClose })
    await frames.running(this, hello.running)
    if (!registry.isHeld(this)) await dispatcher.resume(this, leased, hello.running)
    dispatcher.wake(this)
  }

  async #takeFrame(frame: AgentFrame): Promise<void> {
    const { frames, dispatcher } = this.#options
    if (this.#step.at === 'closed') return
    switch (frame.type) {
      case 'heartbeat':
        await this.#noteHeartbeat()
        return frames.running(this, frame.running)
      case 'job.accept':
        return frames.accept(this, frame)
      case 'job.decline':
        await frames.decline(this, frame)
        return dispatcher.wake(this)
      case 'job.progress':
        return frames.progress(this, frame)
      case 'job.result':
        await frames.result(this, frame)
        return dispatcher.roomMade(this)
      case 'job.wait':
        await frames.wait(this, frame)
        return dispatcher.wake(this)
      case 'job.created':
        return frames.created(this, frame)
      case 'state.report':
        return frames.report(this, frame)
      case 'goodbye':
        this.#options.parts.log.info('link:goodbye', { agentId: this.agent.id, reason: frame.reason })
        this.#leave()
        return this.#socket.close(1000)
      case 'hello':
        return this.close(4009, frame.type)
    }
  }

  /** Hints about an agent's end can be lost between gateways; its record can't. */
  async #noteHeartbeat(): Promise<void> {
    if (this.#options.parts.clock.now() - this.#seenAt < seenEveryMs) return
    const agent = await this.#options.parts.store.agents.resolve(this.agent.id)
    if (!agent || agent.revokedAt !== undefined) this.close(4003)
    else await this.#noteSeen()
  }

  async #noteSeen(version?: string): Promise<void> {
    const { store, clock } = this.#options.parts
    this.#seenAt = clock.now()
    await store.agents.seen(this.agent.id, this.#seenAt, true, version)
  }

  #leave(): void {
    this.#step = { at: 'closed' }
    this.#options.registry.remove(this)
  }

  #ended(code: number): void {
    const { parts, registry, dispatcher } = this.#options
    const { store, clock, log } = parts
    this.#leave()
    log.info('link:closed', { agentId: this.agent.id, code })
    const others = registry.ofAgent(this.agent)
    for (const other of others) dispatcher.wake(other)
    if (others.length > 0) return
    store.agents
      .seen(this.agent.id, clock.now(), false)
      .catch((error: unknown) => log.error('link:failed', { agentId: this.agent.id, error }))
  }
}
