import type { AgentFrame, GatewayFrame } from '@platen/protocol'
import type { Clock } from '../ports/clock.ts'
import type { Journal, OutboxItem } from '../ports/journal.ts'

type Ack = Extract<GatewayFrame, { type: 'job.ack' }>

/** What a sender needs. */
export interface OutboxSenderOptions {
  readonly journal: Pick<Journal, 'outbox' | 'acknowledge'>
  readonly clock: Clock
  readonly send: (frame: AgentFrame) => void
  /** Milliseconds until one more frame may be sent; 0 means now. */
  readonly waitMs: () => number
}

/** Frames that are on their way at once: a result may have 256 KB, and all of them wait in memory. */
export const outboxWindow = 8
/** After a journal that could not be written. */
const forgetAgainMs = 5_000

/**
 * What is in flight on one connection: sends what waits in the journal, oldest first, a window at a time, and forgets a
 * frame when the gateway has it. A frame that is not acknowledged before the connection ends is sent again on the next.
 */
export class OutboxSender {
  readonly #options: OutboxSenderOptions
  readonly #inFlight = new Map<number, OutboxItem['frame']>()
  #resume: (() => void) | undefined
  #stopped = false

  constructor(options: OutboxSenderOptions) {
    this.#options = options
  }

  /** Sends what waits and fits into the window. Called after the welcome, and whenever something may have come to wait. */
  fill(): void {
    if (this.#stopped || this.#resume || this.#inFlight.size >= outboxWindow) return
    for (const { id, frame } of this.#options.journal.outbox(outboxWindow)) {
      if (this.#inFlight.size >= outboxWindow) return
      if (this.#inFlight.has(id)) continue
      const waitMs = this.#options.waitMs()
      if (waitMs > 0) return this.#later(waitMs)
      this.#inFlight.set(id, frame)
      this.#options.send(frame)
    }
  }

  /** The gateway has a frame, or refuses it for good. An answer to an attempt that is not the one in flight means nothing. */
  acknowledged(ack: Ack): void {
    for (const [id, frame] of this.#inFlight) {
      if (answers(ack, frame)) this.#forget(id)
    }
    this.fill()
  }

  /** Where the journal can't be written, the frame stays in flight, so that it is not sent again meanwhile. */
  #forget(id: number): void {
    try {
      this.#options.journal.acknowledge(id)
      this.#inFlight.delete(id)
    } catch {
      this.#options.clock.after(forgetAgainMs, () => {
        if (this.#stopped) return
        this.#forget(id)
        this.fill()
      })
    }
  }

  /** The connection is over. */
  stop(): void {
    this.#stopped = true
    this.#resume?.()
  }

  #later(waitMs: number): void {
    this.#resume = this.#options.clock.after(waitMs, () => {
      this.#resume = undefined
      this.fill()
    })
  }
}

function answers(ack: Ack, frame: OutboxItem['frame']): boolean {
  if (ack.jobId !== frame.jobId) return false
  if (frame.type === 'job.created') return ack.of === 'created'
  const of = frame.type === 'job.wait' ? 'wait' : 'result'
  return ack.of === of && ack.attempt === frame.attempt && ack.epoch === frame.epoch
}
