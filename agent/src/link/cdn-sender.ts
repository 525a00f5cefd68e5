import type { AgentFrame, GatewayFrame } from '@platen/protocol'
import type { CdnOutbox } from '../ports/cdn-purges.ts'
import type { Clock } from '../ports/clock.ts'

/** What a sender needs. */
export interface CdnSenderOptions {
  readonly outbox: CdnOutbox
  readonly clock: Pick<Clock, 'after'>
  readonly send: (frame: AgentFrame) => void
  /** Milliseconds until one more frame may be sent; 0 means now. */
  readonly waitMs: () => number
}

/** Requests that the gateway has at once: what is wanted meanwhile waits together. */
const window = 4

/** Purges at the CDN on one connection: sends what waits, a window at a time; what is not answered is sent again on the next. */
export class CdnSender {
  readonly #options: CdnSenderOptions
  readonly #inFlight = new Set<string>()
  readonly #detach: () => void
  #soon: (() => void) | undefined

  /** Begins with what waits. */
  constructor(options: CdnSenderOptions) {
    this.#options = options
    // Not at once: whoever wants something is not to meet what may be wrong with the connection.
    this.#detach = options.outbox.attach(() => this.#fillIn(0))
    this.#fillIn(0)
  }

  take(frame: Extract<GatewayFrame, { type: 'cdn.outcome' }>): void {
    if (frame.outcome !== 'delayed') this.#inFlight.delete(frame.purgeId)
    this.#options.outbox.take(frame)
    this.#fillIn(0)
  }

  /** The connection is over. */
  stop(): void {
    this.#soon?.()
    this.#detach()
  }

  #fillIn(ms: number): void {
    this.#soon ??= this.#options.clock.after(ms, () => {
      this.#soon = undefined
      this.#fill()
    })
  }

  #fill(): void {
    const { outbox, send, waitMs } = this.#options
    while (this.#inFlight.size < window) {
      const ms = waitMs()
      if (ms > 0) return this.#fillIn(ms)
      const request = outbox.next()
      if (!request) return
      const { id, what, urgent } = request
      this.#inFlight.add(id)
      send({ type: 'cdn.request', purgeId: id, what: 'urls' in what ? { urls: [...what.urls] } : what, urgent })
    }
  }
}
