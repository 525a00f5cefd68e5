import { backoffMs } from '../domain/retry.ts'
import type { Clock } from '../ports/clock.ts'

/** Half of the window at least is waited, before what the gateway could not do is asked for again. */
const again = { firstMs: 10_000, capMs: 600_000 }

/** After the gateway could not do something now, nothing like it is sent for a while, longer each time. */
export class CdnPause {
  readonly #clock: Pick<Clock, 'after' | 'random'>
  #failures = 0
  #isOn = false

  constructor(clock: Pick<Clock, 'after' | 'random'>) {
    this.#clock = clock
  }

  get isOn(): boolean {
    return this.#isOn
  }

  /** Begins one, unless there is one; `over` hears of its end. */
  begin(over: () => void): void {
    if (this.#isOn) return
    this.#isOn = true
    this.#failures += 1
    const waitMs = (backoffMs(this.#failures, again, 1) + backoffMs(this.#failures, again, this.#clock.random())) / 2
    this.#clock.after(waitMs, () => {
      this.#isOn = false
      over()
    })
  }

  /** Something was done: the next pause is a short one. */
  reset(): void {
    this.#failures = 0
  }
}
