import type { AgentFrame, GatewayFrame } from '@platen/protocol'
import type { CdnWhat } from '../domain/cdn-queue.ts'
import type { CdnOutbox } from '../ports/cdn-purges.ts'
import type { Clock } from '../ports/clock.ts'

/** What a sender needs. */
export interface CdnSenderOptions {
  readonly outbox: CdnOutbox
  /** Whether the gateway takes tags. */
  readonly takesTags: boolean
  readonly clock: Pick<Clock, 'after'>
  readonly send: (frame: AgentFrame) => void
  /** Milliseconds until one more frame may be sent; 0 means now. */
  readonly waitMs: () => number
}

/** Requests that the gateway has at once: what is wanted meanwhile waits together. */
const window = 4
/**
 * How long the gateway may say nothing of a request: far longer than a CDN takes to answer or to fail, which the gateway says as
 * `delayed`, and short enough that four which got lost there keep others from the CDN for minutes, not for as long as the connection
 * lasts. Too soon does no harm: what is under way there is not begun anew.
 */
const silentMs = 3 * 60_000
/** The same once it has said `delayed`: it gives up by itself after ten minutes, and then says so. */
const delayedMs = 15 * 60_000

/**
 * Purges at the CDN on one connection: sends what waits, a window at a time; what is not answered is sent again after a while, and
 * on the next connection.
 */
export class CdnSender {
  readonly #options: CdnSenderOptions
  /** Requests, and how to take back the end of their time. */
  readonly #inFlight = new Map<string, () => void>()
  readonly #detach: () => void
  #soon: (() => void) | undefined

  /** Begins with what waits. */
  constructor(options: CdnSenderOptions) {
    this.#options = options
    // Not at once: whoever wants something is not to meet what may be wrong with the connection.
    this.#detach = options.outbox.attach(() => this.#fillIn(0), options.takesTags)
    this.#fillIn(0)
  }

  take(frame: Extract<GatewayFrame, { type: 'cdn.outcome' }>): void {
    const { purgeId, outcome } = frame
    if (this.#forget(purgeId) && outcome === 'delayed') this.#waitFor(purgeId, delayedMs)
    this.#options.outbox.take(frame)
    this.#fillIn(0)
  }

  /** The connection is over. */
  stop(): void {
    this.#soon?.()
    for (const takeBack of this.#inFlight.values()) takeBack()
    this.#detach()
  }

  #waitFor(id: string, ms: number): void {
    const takeBack = this.#options.clock.after(ms, () => {
      this.#inFlight.delete(id)
      this.#options.outbox.giveBack(id)
      this.#fillIn(0)
    })
    this.#inFlight.set(id, takeBack)
  }

  /** False where it is not with the gateway. */
  #forget(id: string): boolean {
    this.#inFlight.get(id)?.()
    return this.#inFlight.delete(id)
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
      this.#waitFor(id, silentMs)
      send({ type: 'cdn.request', purgeId: id, what: copyOf(what), urgent })
    }
  }
}

function copyOf(what: CdnWhat): Extract<AgentFrame, { type: 'cdn.request' }>['what'] {
  if ('urls' in what) return { urls: [...what.urls] }
  return 'tags' in what ? { tags: [...what.tags] } : what
}
