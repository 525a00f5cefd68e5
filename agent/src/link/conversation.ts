import { PlatenError, type AgentFrame, type GatewayFrame } from '@platen/protocol'
import type { Clock } from '../ports/clock.ts'
import type { RunNews } from '../ports/jobs.ts'
import { answerOffer } from './answer-offer.ts'
import { CdnSender } from './cdn-sender.ts'
import type { LinkParts } from './link-parts.ts'
import { OutboxSender } from './outbox-sender.ts'
import { Pace } from './pace.ts'
import { ProgressGate } from './progress-gate.ts'

/** The ways out of a conversation. */
export interface ConversationDoor {
  send(frame: AgentFrame): void
  waitingBytes(): number
  /** The gateway said goodbye, and when to come back. */
  goodbye(afterMs: number): void
  /** The gateway keeps our new key: it is time to come back with it. */
  keyKept(): void
}

/** What already waits in the socket when progress is no longer worth sending, in bytes. */
const slowBytes = 65_536

/** What is said between a welcome and the end of the connection. */
export class Conversation {
  readonly #parts: LinkParts
  readonly #door: ConversationDoor
  readonly #pace: Pace
  readonly #outbox: OutboxSender
  readonly #progress: ProgressGate
  readonly #clock: Clock
  #cdn: CdnSender | undefined
  #unsubscribe: () => void = () => {}

  /** A failure in what `clock` calls back is up to the connection's owner. */
  constructor(parts: LinkParts, clock: Clock, door: ConversationDoor) {
    this.#parts = parts
    this.#door = door
    this.#clock = clock
    this.#pace = new Pace(clock)
    const send = (frame: AgentFrame): void => this.#send(frame)
    this.#outbox = new OutboxSender({ journal: parts.journal, clock, send, waitMs: () => this.#pace.waitMs() })
    this.#progress = new ProgressGate(clock, ({ jobId, attempt, epoch }, { done, total, note }) => {
      if (door.waitingBytes() <= slowBytes)
        door.send({ type: 'job.progress', jobId, attempt, epoch, done, total, note: note.slice(0, 500) })
    })
  }

  /**
   * Begins with what the gateway has missed. `storedStateSeq` is the last state report that it has, `capabilities` are the frames
   * that its welcome named.
   */
  start(storedStateSeq: number, capabilities: readonly string[] = []): void {
    this.#unsubscribe = this.#parts.jobs.subscribe(news => this.#takeNews(news))
    this.#sendIfAny(this.#parts.reports.afterWelcome(storedStateSeq))
    if (this.#parts.keyChange.isUnderWay) this.offerKey()
    this.#outbox.fill()
    // One that does not name the frame would close the connection over it: what waits is for the next gateway.
    if (capabilities.includes('cdn.request')) this.#startCdn(capabilities.includes('cdn.tags'))
  }

  /** Says that the agent lives, what it runs, and what has changed. */
  beat(): void {
    this.#send({ type: 'heartbeat', running: [...this.#parts.jobs.running()] })
    this.#sendIfAny(this.#parts.reports.changes())
  }

  /** Offers a new key, where this agent can have one. */
  offerKey(): void {
    this.#sendIfAny(this.#parts.keyChange.offer())
  }

  /** Acts on a frame; false where it has no place here. */
  take(frame: GatewayFrame): boolean {
    switch (frame.type) {
      case 'job.offer':
        this.#takeOffer(frame)
        return true
      case 'job.cancel':
        this.#takeCancel(frame)
        return true
      case 'job.ack':
        if (frame.refused !== undefined) this.#parts.log.warn('link:refused', { jobId: frame.jobId, of: frame.of, code: frame.refused })
        this.#outbox.acknowledged(frame)
        return true
      case 'state.resync':
        this.#sendIfAny(this.#parts.reports.full())
        return true
      case 'key.rotate':
        this.offerKey()
        return true
      case 'key.ack':
        this.#takeKeyAck(frame)
        return true
      case 'goodbye':
        this.#door.goodbye(frame.afterMs)
        return true
      case 'cdn.outcome':
        this.#cdn?.take(frame)
        return this.#cdn !== undefined
      case 'challenge':
      case 'welcome':
        return false
    }
  }

  stop(): void {
    this.#unsubscribe()
    this.#outbox.stop()
    this.#progress.stop()
    this.#cdn?.stop()
  }

  #startCdn(takesTags: boolean): void {
    const { cdn: outbox } = this.#parts
    if (!outbox) return
    const send = (frame: AgentFrame): void => this.#send(frame)
    this.#cdn = new CdnSender({ outbox, takesTags, clock: this.#clock, send, waitMs: () => this.#pace.waitMs() })
  }

  #takeOffer(frame: Extract<GatewayFrame, { type: 'job.offer' }>): void {
    const { identity, gatewayTime, jobs, log, refusals } = this.#parts
    const answer = answerOffer(frame, { ...identity, nowMs: gatewayTime.forGrants() }, jobs, atMs => gatewayTime.signed(atMs))
    if (answer.type === 'job.decline') {
      refusals.declined(answer.code)
      log.warn('link:declined', { jobId: frame.jobId, kind: frame.kind.slice(0, 40), code: answer.code })
    }
    this.#send(answer)
  }

  /** What runs, or has ended, is answered by its result; what was never taken, by a decline: it will not be taken any more. */
  #takeCancel({ jobId, attempt, epoch }: Extract<GatewayFrame, { type: 'job.cancel' }>): void {
    if (this.#parts.jobs.cancel(jobId, { attempt, epoch }) !== 'unknown') return
    const { message } = new PlatenError('job.cancelled')
    this.#send({ type: 'job.decline', jobId, attempt, epoch, code: 'job.cancelled', message })
  }

  /** One that names a key which is not on its way means nothing. */
  #takeKeyAck({ publicKey, refused }: Extract<GatewayFrame, { type: 'key.ack' }>): void {
    const { keyChange, log } = this.#parts
    if (refused !== undefined) {
      log.warn('link:key_refused', { code: refused })
      keyChange.refused(publicKey)
    } else if (keyChange.kept(publicKey)) this.#door.keyKept()
  }

  #takeNews(news: RunNews): void {
    const { run } = news
    if (news.type === 'progress') {
      if (run.origin === 'platform') this.#progress.take(run, news.progress)
      return
    }
    if (run.state === 'ended') this.#progress.forget(run.jobId)
    this.#outbox.fill()
  }

  #sendIfAny(frame: AgentFrame | undefined): void {
    if (frame) this.#send(frame)
  }

  #send(frame: AgentFrame): void {
    this.#pace.spend()
    this.#door.send(frame)
  }
}
