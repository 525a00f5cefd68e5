import { limits } from '@platen/protocol'
import type { Clock } from '../ports/clock.ts'

/** Stays this far under what the gateway allows: the two clocks and the way between them are not the same. */
const share = 0.9
const perSecond = limits.link.framesPerSecond * share
const burst = limits.link.frameBurst * share

/**
 * Keeps an agent's frames under the rate at which its gateway would close. Every frame is spent; those that cannot wait may
 * go into debt, which those that can wait then pay.
 */
export class Pace {
  readonly #clock: Pick<Clock, 'monotonic'>
  #tokens: number = burst
  #filledAt: number

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock
    this.#filledAt = clock.monotonic()
  }

  /** A frame leaves. */
  spend(): void {
    this.#fill()
    this.#tokens -= 1
  }

  /** Milliseconds until a frame that can wait may leave; 0 means now. */
  waitMs(): number {
    this.#fill()
    return this.#tokens >= 1 ? 0 : Math.ceil(((1 - this.#tokens) * 1_000) / perSecond)
  }

  #fill(): void {
    const now = this.#clock.monotonic()
    this.#tokens = Math.min(burst, this.#tokens + (Math.max(0, now - this.#filledAt) * perSecond) / 1_000)
    this.#filledAt = now
  }
}
