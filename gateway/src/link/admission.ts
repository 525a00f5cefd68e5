import type { Clock } from '../ports/clock.ts'
import { MinuteQuota } from '../domain/minute-quota.ts'

/** How many may come. */
export interface AdmissionRates {
  /** Upgrades a second, all agents together. */
  readonly upgradesPerSecond: number
  /** Refused tokens a minute from one address; more of them are not even looked at. */
  readonly refusalsPerMinute: number
}

/** Whether an upgrade is looked at, or when to come back, in seconds. */
export type Admitted = { readonly ok: true } | { readonly ok: false; readonly retryAfterSeconds: number }

const minuteSeconds = 60
/** Addresses that are remembered in one minute. */
const mostRefusals = 10_000

/** Keeps a storm of agents at a rate that the gateway can take: those over it are sent away for times that spread them out. */
export class Admission {
  readonly #rates: AdmissionRates
  readonly #clock: Clock
  readonly #refusals: MinuteQuota
  #tokens: number
  #at: number
  /** Sent away since the bucket was last full: all of them come back. */
  #owed = 0

  constructor(rates: AdmissionRates, clock: Clock) {
    this.#rates = rates
    this.#clock = clock
    this.#refusals = new MinuteQuota({ overall: mostRefusals, each: rates.refusalsPerMinute })
    this.#tokens = rates.upgradesPerSecond
    this.#at = clock.now()
  }

  /** `address` is undefined where it can't be told apart from others: then it is not held against anyone. */
  admit(address: string | undefined): Admitted {
    const now = this.#clock.now()
    if (address !== undefined && !this.#refusals.left(address, now)) return { ok: false, retryAfterSeconds: minuteSeconds }
    this.#refill(now)
    if (this.#tokens >= 1) {
      this.#tokens -= 1
      return { ok: true }
    }
    this.#owed += 1
    const spread = 2 + this.#owed / this.#rates.upgradesPerSecond
    return { ok: false, retryAfterSeconds: 1 + Math.floor(this.#clock.random() * spread) }
  }

  /** A token of this address was refused: what it took is free for others again. */
  refused(address: string | undefined): void {
    this.#tokens += 1
    if (address !== undefined) this.#refusals.take(address, this.#clock.now())
  }

  #refill(now: number): void {
    const { upgradesPerSecond } = this.#rates
    const came = (Math.max(0, now - this.#at) * upgradesPerSecond) / 1_000
    this.#at = now
    this.#tokens = Math.min(upgradesPerSecond, this.#tokens + came)
    this.#owed = this.#tokens >= upgradesPerSecond ? 0 : Math.max(0, this.#owed - came)
  }
}
