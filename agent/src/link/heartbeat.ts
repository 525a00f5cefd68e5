import { limits } from '@platen/protocol'
import type { Clock } from '../ports/clock.ts'

/** What a heartbeat does. */
export interface HeartbeatActions {
  beat(): void
  /** The peer was silent for too long. */
  silence(): void
}

/**
 * Beats at the interval that the gateway asked for, the first time somewhere within it so that agents which came back
 * together do not beat together, and watches that the peer is heard.
 */
export class Heartbeat {
  readonly #clock: Clock
  readonly #intervalMs: number
  readonly #actions: HeartbeatActions
  #heardAt: number
  #cancel: () => void

  constructor(clock: Clock, intervalMs: number, actions: HeartbeatActions) {
    this.#clock = clock
    this.#intervalMs = intervalMs
    this.#actions = actions
    this.#heardAt = clock.monotonic()
    this.#cancel = clock.after(Math.ceil(intervalMs * clock.random()), () => this.#tick())
  }

  /** The peer gave a sign of life. */
  heard(): void {
    this.#heardAt = this.#clock.monotonic()
  }

  stop(): void {
    this.#cancel()
  }

  #tick(): void {
    this.#cancel = this.#clock.after(this.#intervalMs, () => this.#tick())
    if (this.#clock.monotonic() - this.#heardAt > silenceMs(this.#intervalMs)) this.#actions.silence()
    else this.#actions.beat()
  }
}

/** A long interval needs a longer patience than the usual one. */
function silenceMs(intervalMs: number): number {
  return Math.max(limits.link.silenceMs, 2.5 * intervalMs)
}
