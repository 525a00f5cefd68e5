import { randomBytes } from 'node:crypto'
import {
  closeCodeOfSocketError,
  closeCodes,
  decodeFrame,
  gatewayCapabilities,
  limits,
  negotiate,
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
import type { Beats } from './beats.ts'
import type { CdnRequests } from './cdn-requests.ts'
import { ConnectedMark } from './connected-mark.ts'
import type { Dispatcher } from './dispatcher.ts'
import { FrameQueue } from './frame-queue.ts'
import type { KindLists } from './kind-lists.ts'
import type { LinkParts } from './link-parts.ts'
import type { HeldJob, Peer } from './peer.ts'
import type { Registry } from './registry.ts'
import { provenAgent } from './proven-agent.ts'
import type { Proven, SessionStep } from './session-step.ts'
import { signerOfHello, type Hello } from './signed.ts'
import { ownSocket, type SocketOwner } from './socket-owner.ts'
import type { Spared } from './spared.ts'
import type { StateReports } from './state-reports.ts'
import { takeFrame } from './take-frame.ts'

/** What a session needs besides its socket. */
export interface SessionOptions {
  readonly parts: LinkParts
  readonly registry: Registry
  readonly frames: AgentFrames
  readonly beats: Beats
  readonly reports: StateReports
  readonly cdnRequests: CdnRequests
  readonly dispatcher: Dispatcher
  readonly kindLists: KindLists
  readonly spared: Spared
  /** Holds every session until its socket has ended. */
  readonly sessions: Set<Session>
  /** Holds those whose socket has ended until the store knows. */
  readonly ending: Set<Session>
}

/** How long a closing handshake may take before the socket is cut. */
const closingMs = 5_000

/** One agent's connection, from the challenge to its end. There may be thousands: it keeps little. */
export class Session implements Peer, SocketOwner {
  readonly agent: Pick<Agent, 'id' | 'accountId' | 'siteId'> & { readonly places: readonly Place[] }
  /** Names of the kinds that the agent's build and policy allow, as far as this gateway knows them. */
  kinds: readonly string[] = []
  readonly #options: SessionOptions
  readonly #socket: WebSocket
  readonly #queue: FrameQueue
  readonly #mark: ConnectedMark
  /** Most agents hold nothing most of the time. */
  #held: Map<string, HeldJob> | undefined
  #step: SessionStep
  #heardAt: number
  #tokens: number = limits.link.frameBurst
  /** What it said of jobs, or was to be told of them, was left out because another process held the same key. */
  #isUnheard = false

  constructor(agent: Agent, socket: WebSocket, options: SessionOptions) {
    const { id, accountId, siteId, pool, publicKey, pendingKey } = agent
    this.agent = { id, accountId, siteId, places: placesOf({ siteId, pool }) }
    this.#socket = socket
    this.#options = options
    this.#queue = new FrameQueue(socket, this)
    this.#mark = new ConnectedMark(id, options.parts)
    const { clock, gateway } = options.parts
    this.#heardAt = clock.now()
    const nonce = randomBytes(32).toString('base64url')
    this.#step = { at: 'challenged', nonce, keys: pendingKey === undefined ? [publicKey] : [publicKey, pendingKey] }
    ownSocket(socket, this)
    options.sessions.add(this)
    this.send({ type: 'challenge', nonce, gateway, time: this.#heardAt })
  }

  /** Which process of the agent this is; undefined before its hello and after the end. */
  get instanceId(): string | undefined {
    return this.#proven?.instanceId
  }

  /** The key that its hello was signed with. */
  get key(): string | undefined {
    return this.#proven?.key
  }

  get #proven(): Proven | undefined {
    return this.#step.at === 'open' || this.#step.at === 'admitting' ? this.#step : undefined
  }

  get isOpen(): boolean {
    return this.#step.at === 'open'
  }

  get heldCount(): number {
    return this.#held?.size ?? 0
  }

  heldJob(jobId: string): HeldJob | undefined {
    return this.#held?.get(jobId)
  }

  hold(jobId: string, job: HeldJob): void {
    this.#held ??= new Map()
    this.#held.set(jobId, job)
  }

  letGo(jobId: string): void {
    this.#held?.delete(jobId)
    if (this.#held?.size === 0) this.#held = undefined
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
    const { log, metrics } = this.#options.parts
    log.warn('link:closing', { agentId: this.agent.id, code, name, detail: detail.slice(0, 200) })
    if (refusing.has(code)) metrics.count('link_frames_refused', name)
    this.#leave(code)
    this.#socket.close(code, name)
  }

  /** Ends the socket where the closing handshake did not. */
  terminate(): void {
    this.#socket.terminate()
  }

  /** Nothing is known of the time before: the clock was set, or this process stood still and has not read what came. */
  startWaiting(nowMs: number): void {
    this.#heardAt = nowMs
  }

  /** Lets time pass: a hello that does not come, a peer that is silent or does not let go of its socket. */
  checkDeadlines(nowMs: number): void {
    const silentMs = nowMs - this.#heardAt
    if (this.#step.at === 'closed') {
      if (silentMs > closingMs) this.terminate()
      return
    }
    // What it said to keep its leases is here, and waits for the store.
    if (this.#queue.isBehind(nowMs)) this.spare()
    if (this.#step.at === 'challenged' && silentMs > limits.link.helloMs) this.close(4001)
    if (silentMs > Math.max(limits.link.silenceMs, 2.5 * this.#options.parts.heartbeatMs)) this.close(4011)
  }

  /** Never throws: what fails here is ours, and ends this session alone. */
  takeMessage(data: Buffer, isBinary: boolean): void {
    if (this.#step.at === 'closed') return
    try {
      this.#takeMessage(data, isBinary)
    } catch (error) {
      this.giveUp(error)
    }
  }

  #takeMessage(data: Buffer, isBinary: boolean): void {
    if (!this.#takeToken()) return this.close(4008)
    if (isBinary) return this.close(4006, 'binary')
    const decoded = decodeFrame<AgentFrame>(data.toString('utf8'), agentFrameValidators)
    if (!decoded.ok) return this.close(decoded.code === 'frame.too_large' ? 4007 : 4006, decoded.detail)
    const { frame } = decoded
    if (this.#step.at === 'challenged' && frame.type === 'hello') return this.#takeHello(frame, this.#step)
    if (this.#step.at !== 'open' || frame.type === 'hello') return this.close(4009, frame.type)
    // Looked at as it comes: what came before the other process did is heeded, however long it waits for the store.
    if (frame.type.startsWith('job.') && this.#options.registry.isDuplicate(this.agent)) return this.#leaveUnheard()
    this.#enqueue(() => this.#takeFrame(frame))
  }

  /** Nobody knows whose word it is. What matters is in the agent's outbox still, or is asked for again. */
  #leaveUnheard(): void {
    this.#isUnheard = true
    this.#options.parts.metrics.count('link_frames_refused', 'agent.duplicate')
  }

  /** No other process holds its key any more: what it was not heard with it says again when it comes back. */
  alone(): void {
    if (this.#isUnheard) this.close(4013)
  }

  /** A ping counts as a frame: its answer takes room in the send buffer of a peer that may not read. */
  takePing(data: Buffer): void {
    if (this.#step.at === 'closed' || this.#step.at === 'challenged') return
    const { bufferedAmount, readyState, OPEN } = this.#socket
    if (!this.#takeToken()) return this.close(4008)
    if (bufferedAmount > limits.link.sendBufferBytes) return this.close(4012)
    if (readyState === OPEN) this.#socket.pong(data)
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

  /** What the store could not take is not acknowledged: the agent comes back with it. */
  giveUp(error: unknown): void {
    this.#options.parts.log.error('link:failed', { agentId: this.agent.id, error })
    this.spare()
    this.close(4000, toPlatenError(error).code)
  }

  #enqueue(work: () => Promise<void>): void {
    this.#queue.add(work, this.#options.parts.clock.now())
  }

  spare(): void {
    this.#options.spared.note(this.agent.id, this.#options.parts.clock.now())
  }

  #takeHello(hello: Hello, { nonce, keys }: SessionStep & { at: 'challenged' }): void {
    const { parts, registry } = this.#options
    const key = hello.agentId === this.agent.id ? signerOfHello(hello, { nonce, gateway: parts.gateway }, keys) : undefined
    if (key === undefined) return this.close(4002)
    const revision = negotiate(hello.revisions)
    if (revision === undefined) return this.close(4005, hello.revisions.join(' ').slice(0, 100))
    const proven = { instanceId: hello.instanceId, key }
    this.#step = { at: 'admitting', ...proven }
    this.kinds = this.#options.kindLists.of(hello.capabilities)
    // Known to the registry before the store is asked: a revocation from now on finds this session.
    registry.add(this)
    this.#enqueue(() => this.#welcome(hello, revision, proven))
  }

  async #welcome(hello: Hello, revision: number, proven: Proven): Promise<void> {
    const { parts, dispatcher, frames, registry } = this.#options
    const { store, clock, heartbeatMs, leaseMs, log } = parts
    const agent = await provenAgent(this.agent, proven.key, this.#options)
    if (!agent) return this.close(4003)
    // Its pool was changed since the upgrade, when nobody could tell this session.
    if (placesOf(agent).join() !== this.agent.places.join()) return this.close(4013)
    const leased = await store.jobs.leased(this.agent.places, agent.id)
    const sessionId = await this.#mark.set(hello.version)
    if (this.#step.at !== 'admitting') return
    this.#step = { at: 'open', ...proven }
    for (const { id, attempt, epoch, kind } of leased) this.hold(id, { attempt, epoch, kind })
    const capabilities = [...gatewayCapabilities]
    this.send({ type: 'welcome', sessionId, revision, heartbeatMs, leaseMs, stateSeq: agent.stateSeq, time: clock.now(), capabilities })
    log.info('link:open', { agentId: agent.id, siteId: agent.siteId, sessionId, version: hello.version, lastClose: hello.lastClose })
    if (agent.rotationAskedAt !== undefined) this.send({ type: 'key.rotate' })
    await frames.running(this, hello.running)
    if (!registry.isDuplicate(this.agent)) await dispatcher.resume(this, leased, hello.running)
    else if (leased.length > 0) this.#isUnheard = true
    dispatcher.wake(this)
  }

  async #takeFrame(frame: AgentFrame): Promise<void> {
    if (this.#step.at === 'open') await takeFrame(this, this.#step.key, frame, this.#options)
  }

  /** The agent goes away on purpose. */
  takeGoodbye(reason: string): void {
    this.#options.parts.log.info('link:goodbye', { agentId: this.agent.id, reason })
    this.#leave()
    this.#socket.close(1000)
  }

  /** Somebody says that the agent's record is another than it was: that may be so no longer, or may be old. */
  hintOfChange(): void {
    this.#enqueue(() => this.checkRecord())
  }

  /** Hints about an agent's end can be lost between gateways; its record can't. */
  async checkRecord(): Promise<void> {
    if (!this.isOpen) return
    const agent = await this.#options.parts.store.agents.resolve(this.agent.id)
    if (!agent || agent.revokedAt !== undefined || agent.publicKey !== this.key) this.close(4003)
    else if (placesOf(agent).join() !== this.agent.places.join()) this.close(4013)
    else await this.#mark.keep()
    // Asked for through another gateway, or lost on the way: asked again, the agent offers the same key.
    if (this.isOpen && agent?.rotationAskedAt !== undefined) this.send({ type: 'key.rotate' })
  }

  #leave(code?: number): void {
    this.#step = code === undefined ? { at: 'closed' } : { at: 'closed', code }
    this.#heardAt = this.#options.parts.clock.now()
    this.#options.registry.remove(this)
  }

  socketFailed(code: string | undefined): void {
    const { log, metrics } = this.#options.parts
    log.warn('link:socket_error', { agentId: this.agent.id, code })
    const refused = closeCodeOfSocketError(code)
    if (refused === undefined || this.#step.at === 'closed') return
    metrics.count('link_frames_refused', closeCodes[refused].name)
    this.#leave(refused)
  }

  socketEnded(code: number): void {
    const { parts, registry, dispatcher, sessions } = this.#options
    const { log, metrics } = parts
    const known = this.#step.at === 'closed' ? (this.#step.code ?? code) : code
    this.#leave()
    sessions.delete(this)
    metrics.count('link_closes', known < 1_016 || known in closeCodes ? String(known) : 'other')
    log.info('link:closed', { agentId: this.agent.id, code })
    for (const other of registry.ofAgent(this.agent)) dispatcher.wake(other)
    void this.#noteEnd()
  }

  /** Behind all that the store is being told: a welcome that is under way must not have the last word. */
  async #noteEnd(): Promise<void> {
    const { parts, registry, ending } = this.#options
    ending.add(this)
    await this.#queue.whenDone()
    try {
      // Another process of the agent may be connected, of which the store knows no more.
      const heir = registry.ofAgent(this.agent).find(({ isOpen }) => isOpen)
      await (heir ? heir.#mark.takeOver() : this.#mark.remove())
    } catch (error) {
      parts.log.error('link:failed', { agentId: this.agent.id, error })
    }
    ending.delete(this)
  }
}

/** Closes that refuse a frame. */
const refusing: ReadonlySet<number> = new Set<CloseCodeNumber>([4002, 4006, 4007, 4008, 4009])

/** Where an agent's jobs come from. */
function placesOf({ siteId, pool }: { readonly siteId: string; readonly pool?: string | undefined }): readonly Place[] {
  return pool === undefined ? [siteId] : [siteId, placeOf({ pool })]
}
