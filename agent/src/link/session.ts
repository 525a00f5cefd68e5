import { closeCodes, decodeFrame, limits, toPlatenError, type AgentFrame, type CloseCodeNumber, type GatewayFrame } from '@platen/protocol'
import { gatewayFrameValidators } from '@platen/protocol/validators/gateway-frames'
import { tokenBucket } from '../domain/token-bucket.ts'
import type { Clock } from '../ports/clock.ts'
import { Conversation } from './conversation.ts'
import { Heartbeat } from './heartbeat.ts'
import { helloTo } from './hello.ts'
import type { LinkParts } from './link-parts.ts'
import type { ConnectionEnd } from './reconnect.ts'
import { openSocket, type Door, type LinkSocket } from './socket.ts'

/** What the owner of a session hears. `ended` comes once, last. */
export interface SessionListener {
  welcomed(sessionId: string, leaseMs: number): void
  ended(end: ConnectionEnd): void
}

/** What this session needs of its owner. */
export interface SessionOptions {
  readonly parts: LinkParts
  readonly door: Door
  /** Why the connection before this one ended. */
  readonly lastClose: string | undefined
  readonly listener: SessionListener
}

/**
 * **challenge** — the socket is opening or open, and the gateway has to ask for a signature.
 * **welcome** — hello is sent; the gateway has to let us in.
 * **open** — jobs come and go.
 * **closed** — nothing is sent or heeded any more.
 */
type Step =
  | { readonly at: 'challenge' }
  | { readonly at: 'welcome' }
  | { readonly at: 'open'; readonly conversation: Conversation; readonly heartbeat: Heartbeat }
  | { readonly at: 'closed' }

/** Closes that refuse a frame. */
const refusing: ReadonlySet<CloseCodeNumber> = new Set<CloseCodeNumber>([4006, 4007, 4008, 4009])

/** One connection, from the upgrade to its end. */
export class Session {
  readonly #options: SessionOptions
  readonly #clock: Clock
  readonly #socket: LinkSocket
  readonly #stopHelloTimer: () => void
  #step: Step = { at: 'challenge' }
  #slotMs: number | undefined
  /** Milliseconds until the gateway may send one more frame. */
  readonly #limitRate: () => number

  constructor(options: SessionOptions) {
    this.#options = options
    const { clock } = options.parts
    this.#clock = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      random: () => clock.random(),
      after: (ms, call) => clock.after(ms, () => this.#guarded(call)),
    }
    this.#limitRate = tokenBucket({ perSecond: limits.link.gatewayFramesPerSecond, burst: limits.link.gatewayFrameBurst }, () =>
      clock.monotonic(),
    )
    this.#stopHelloTimer = this.#clock.after(limits.link.helloMs * 2, () => this.#close(4001))
    this.#socket = openSocket(
      options.door,
      {
        open: () => {},
        text: text => this.#guarded(() => this.#takeText(text)),
        pong: () => this.#heard(),
        ping: data => this.#guarded(() => this.#takePing(data)),
        unreadable: (code, detail) => this.#guarded(() => this.#close(code, detail)),
        end: end => this.#ended(end),
      },
      clock,
    )
  }

  /** Makes a new key, and offers it once the gateway listens. */
  offerKey(): void {
    if (this.#step.at !== 'open') return
    const { conversation } = this.#step
    this.#guarded(() => conversation.offerKey())
  }

  /** The agent is going away. */
  leave(reason: string): void {
    if (this.#step.at === 'open') this.#send({ type: 'goodbye', reason })
    this.#stop()
    this.#socket.close(1000, reason)
  }

  #takeText(text: string): void {
    if (this.#step.at === 'closed') return
    if (this.#limitRate() > 0) return this.#close(4008)
    this.#heard()
    const decoded = decodeFrame<GatewayFrame>(text, gatewayFrameValidators)
    if (!decoded.ok) return this.#close(decoded.code === 'frame.too_large' ? 4007 : 4006, decoded.detail)
    if (!this.#takeFrame(decoded.frame)) this.#close(4009, decoded.frame.type)
  }

  /** A ping counts as a frame: its answer takes room in a send buffer that the gateway may not empty. */
  #takePing(data: Buffer): void {
    if (this.#step.at === 'closed') return
    if (this.#limitRate() > 0) return this.#close(4008)
    this.#heard()
    if (this.#socket.waitingBytes() > limits.link.sendBufferBytes) this.#close(4012)
    else this.#socket.pong(data)
  }

  /** False where this step does not know the frame. */
  #takeFrame(frame: GatewayFrame): boolean {
    if (this.#step.at === 'open') return this.#step.conversation.take(frame)
    if (frame.type === 'goodbye') this.#slotMs = frame.afterMs
    else if (frame.type === 'challenge' && this.#step.at === 'challenge') this.#hello(frame)
    else if (frame.type === 'welcome' && this.#step.at === 'welcome') this.#welcomed(frame)
    else return false
    return true
  }

  #hello(challenge: Extract<GatewayFrame, { type: 'challenge' }>): void {
    const { identity, gatewayTime } = this.#options.parts
    if (challenge.gateway !== identity.gateway) return this.#close(4009, 'another gateway')
    gatewayTime.learn(challenge.time)
    this.#step = { at: 'welcome' }
    this.#send(helloTo(challenge, this.#options.parts, this.#options.lastClose))
  }

  #welcomed({ sessionId, heartbeatMs, leaseMs, stateSeq, time, capabilities }: Extract<GatewayFrame, { type: 'welcome' }>): void {
    const { parts, listener } = this.#options
    this.#stopHelloTimer()
    parts.gatewayTime.learn(time)
    // The gateway has heard more of this agent than this journal knows: it is another one than before, or an old copy.
    if (stateSeq > parts.reports.seq) parts.jobs.forgot(time)
    parts.keyChange.welcomed()
    const door = {
      send: (frame: AgentFrame) => this.#send(frame),
      waitingBytes: () => this.#socket.waitingBytes(),
      goodbye: (afterMs: number) => (this.#slotMs = afterMs),
      keyKept: () => this.leave('a new key'),
    }
    const heartbeat = new Heartbeat(this.#clock, heartbeatMs, { beat: () => this.#beat(), silence: () => this.#close(4011) })
    const conversation = new Conversation(parts, this.#clock, door)
    this.#step = { at: 'open', heartbeat, conversation }
    listener.welcomed(sessionId, leaseMs)
    parts.jobs.notice({ type: 'welcome', leaseMs })
    conversation.start(stateSeq, capabilities)
  }

  #beat(): void {
    if (this.#step.at !== 'open') return
    this.#step.conversation.beat()
    this.#socket.ping()
  }

  #heard(): void {
    if (this.#step.at !== 'open') return
    this.#step.heartbeat.heard()
    this.#options.parts.jobs.notice({ type: 'life' })
  }

  #send(frame: AgentFrame): void {
    if (this.#step.at === 'closed') return
    if (this.#socket.waitingBytes() > limits.link.sendBufferBytes) this.#close(4012)
    else this.#socket.send(JSON.stringify(frame))
  }

  #close(code: CloseCodeNumber, detail = ''): void {
    if (this.#step.at === 'closed') return
    const { name } = closeCodes[code]
    const { log, refusals } = this.#options.parts
    log.warn('link:closing', { code, name, detail: detail.slice(0, 200) })
    if (refusing.has(code)) refusals.add()
    this.#stop()
    this.#socket.close(code, name)
  }

  /** A failure of ours must not take the agent down: the connection is given up, and a new one starts over. */
  #guarded(act: () => void): void {
    try {
      act()
    } catch (error) {
      this.#options.parts.log.error('link:failed', { error })
      this.#stop()
      this.#socket.close(1011, toPlatenError(error).code)
    }
  }

  #stop(): void {
    this.#stopHelloTimer()
    if (this.#step.at === 'open') {
      this.#step.heartbeat.stop()
      this.#step.conversation.stop()
      this.#options.parts.jobs.notice({ type: 'gone' })
    }
    this.#step = { at: 'closed' }
  }

  #ended(end: ConnectionEnd): void {
    this.#stop()
    const slot = end.type === 'closed' && this.#slotMs !== undefined ? { slotMs: this.#slotMs } : {}
    this.#options.listener.ended({ ...end, ...slot })
  }
}
