import { limits } from '@platen/protocol'
import type { Clock } from '../ports/clock.ts'
import type { GatewaySign } from '../ports/jobs.ts'

/**
 * What a gateway takes to answer for the runs that a hello lists, counted from its welcome: it takes back those that are not
 * this agent's any more, and says nothing of the others.
 */
const answersMs = 5_000

/**
 * Whether leases of runs that have not begun are still this agent's, as far as it can know. A lease that was not renewed for its
 * whole length has run out, and the job may be somebody else's by now; what the gateway says after it was heard again tells.
 */
export class LeaseWatch {
  readonly #clock: Clock
  readonly #answered: () => void
  #leaseMs: number = limits.job.leaseMs
  #heardAt = -Infinity
  /** When it was heard again after a time in which every lease ran out, and when it had answered for what was left of them. */
  #lostAt = -Infinity
  #answeredAt = -Infinity
  #stopWaiting = (): void => {}

  /** `answered` is called whenever the gateway has had the time to take back what is not this agent's. */
  constructor(clock: Clock, answered: () => void) {
    this.#clock = clock
    this.#answered = answered
  }

  /** Takes a sign of the gateway. */
  notice(sign: GatewaySign): void {
    if (sign.type === 'gone') return this.#stopWaiting()
    const now = this.#clock.monotonic()
    const isLost = now - this.#heardAt > this.#leaseMs
    if (isLost) this.#lostAt = now
    this.#heardAt = now
    if (sign.type === 'welcome') {
      this.#leaseMs = sign.leaseMs
      this.#waitFor(answersMs)
    } else if (isLost) {
      // The connection has outlived the leases: heartbeats, which list the runs as well, come within the time of one.
      this.#waitFor(this.#leaseMs)
    }
  }

  /** Whether a run may begin that the gateway last stood by at a time of the monotonic clock; -Infinity where it is not known. */
  stands(vouchedAt: number): boolean {
    if (this.#clock.monotonic() - Math.max(this.#heardAt, vouchedAt) > this.#leaseMs) return false
    return Math.max(this.#answeredAt, vouchedAt) >= this.#lostAt
  }

  #waitFor(ms: number): void {
    this.#stopWaiting()
    this.#stopWaiting = this.#clock.after(ms, () => {
      this.#answeredAt = this.#clock.monotonic()
      this.#answered()
    })
  }
}
