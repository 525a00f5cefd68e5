import { TokenBuckets } from '../domain/token-buckets.ts'
import type { Clock } from '../ports/clock.ts'

/** How many may come, and stay. */
export interface AdmissionRates {
  /** Upgrades a second, all agents together. */
  readonly upgradesPerSecond: number
  /** Refused tokens a minute from one address; more of them are not even looked at. */
  readonly refusalsPerMinute: number
  /** Upgrades a second of one agent, averaged over a minute: one that comes again and again takes nobody's place. */
  readonly upgradesPerAgent: number
  /** Sockets at once. */
  readonly connections: number
  /** Those among them that have not said hello yet, or are still closing. */
  readonly unproven: number
}

/** What is open already. */
export interface Load {
  readonly connections: number
  readonly unproven: number
}

/** Whether an upgrade is looked at, or when to come back, in seconds. */
export type Admitted = { readonly ok: true } | { readonly ok: false; readonly retryAfterSeconds: number }

const minuteSeconds = 60
/** Addresses and agents that are remembered, apart from those that have been quiet for a minute. */
const mostNames = 100_000
const fullAgainSeconds = 30

/** Keeps a storm of agents at a rate that the gateway can take: those over it are sent away for times that spread them out. */
export class Admission {
  readonly #rates: AdmissionRates
  readonly #clock: Clock
  readonly #refusals: TokenBuckets
  readonly #agents: TokenBuckets
  #tokens: number
  #at: number
  /** Sent away since the bucket was last full: all of them come back. */
  #owed = 0

  constructor(rates: AdmissionRates, clock: Clock) {
    this.#rates = rates
    this.#clock = clock
    const { refusalsPerMinute, upgradesPerAgent } = rates
    this.#refusals = new TokenBuckets({ perSecond: refusalsPerMinute / minuteSeconds, burst: refusalsPerMinute }, mostNames)
    this.#agents = new TokenBuckets({ perSecond: upgradesPerAgent, burst: minuteSeconds * upgradesPerAgent }, mostNames)
    this.#tokens = rates.upgradesPerSecond
    this.#at = clock.now()
  }

  /**
   * Before anything is known of who asks. `address` is undefined where it can't be told apart from others: then it is not held
   * against anyone.
   */
  admit(address: string | undefined, load: Load): Admitted {
    const now = this.#clock.now()
    if (load.connections >= this.#rates.connections || load.unproven >= this.#rates.unproven) return this.#later(fullAgainSeconds)
    if (address !== undefined && !this.#refusals.left(address, now)) return { ok: false, retryAfterSeconds: minuteSeconds }
    this.#refill(now)
    if (this.#tokens >= 1) {
      this.#tokens -= 1
      return { ok: true }
    }
    this.#owed += 1
    return this.#later(2 + this.#owed / this.#rates.upgradesPerSecond)
  }

  /** An upgrade of an agent whose token was right. */
  admitAgent(agentId: string): Admitted {
    return this.#agents.take(agentId, this.#clock.now()) ? { ok: true } : this.#later(2 / this.#rates.upgradesPerAgent)
  }

  /** Somebody of this address was refused, who takes nobody's place: what it took is free for others again. */
  refused(address: string | undefined): void {
    if (address === undefined) return
    this.#tokens += 1
    this.#refusals.take(address, this.#clock.now())
  }

  #later(spreadSeconds: number): Admitted {
    return { ok: false, retryAfterSeconds: 1 + Math.floor(this.#clock.random() * spreadSeconds) }
  }

  #refill(now: number): void {
    const { upgradesPerSecond } = this.#rates
    const came = (Math.max(0, now - this.#at) * upgradesPerSecond) / 1_000
    this.#at = now
    this.#tokens = Math.min(upgradesPerSecond, this.#tokens + came)
    this.#owed = this.#tokens >= upgradesPerSecond ? 0 : Math.max(0, this.#owed - came)
  }
}
