import type { CdnRate } from './cdn-limits.ts'

/** A token bucket of which several are taken at once. Times are in milliseconds. */
export class TokenFund {
  readonly #rate: CdnRate
  #tokens: number
  #at: number

  constructor(rate: CdnRate, nowMs: number) {
    this.#rate = rate
    this.#tokens = rate.burst
    this.#at = nowMs
  }

  /** How many whole ones there are. */
  left(nowMs: number): number {
    const { perSecond, burst } = this.#rate
    this.#tokens = Math.min(burst, this.#tokens + (Math.max(0, nowMs - this.#at) * perSecond) / 1_000)
    this.#at = nowMs
    return Math.floor(this.#tokens)
  }

  /** Takes so many; no more than there are left. */
  take(count: number, nowMs: number): void {
    if (count > this.left(nowMs)) throw new RangeError(`${count} tokens are not there`)
    this.#tokens -= count
  }

  /** In how many milliseconds there will be so many; no more than the bucket holds. */
  waitMs(count: number, nowMs: number): number {
    return this.left(nowMs) >= count ? 0 : Math.max(1, Math.ceil(((count - this.#tokens) * 1_000) / this.#rate.perSecond))
  }

  /** None is left: somebody else has taken them. */
  empty(nowMs: number): void {
    this.#tokens = 0
    this.#at = nowMs
  }
}
