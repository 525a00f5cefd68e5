import type { Clock } from '../ports/clock.ts'

/** Requests a second, averaged over what may come at once. */
export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

/** How much one API token may ask for, and how much one address without a token. */
export interface RequestRates {
  readonly token: Rate
  readonly address: Rate
}

/** What a gateway allows unless it is told otherwise. */
export const usualRates: RequestRates = { token: { perSecond: 100, burst: 400 }, address: { perSecond: 5, burst: 60 } }

/** Names that are watched at once; the one that asked longest ago is forgotten first, which only gives it its burst again. */
const mostNames = 10_000

/** A token bucket for each name. */
export class RequestRate {
  readonly #buckets = new Map<string, { level: number; at: number }>()
  readonly #clock: Pick<Clock, 'now'>
  readonly #rate: Rate

  constructor(clock: Pick<Clock, 'now'>, rate: Rate) {
    this.#clock = clock
    this.#rate = rate
  }

  /** Takes one. 0 where the request may go on, else the seconds to wait. */
  waitSeconds(name: string): number {
    const { perSecond, burst } = this.#rate
    const now = this.#clock.now()
    const before = this.#buckets.get(name) ?? { level: burst, at: now }
    const level = Math.min(burst, before.level + (Math.max(0, now - before.at) / 1000) * perSecond)
    this.#buckets.delete(name)
    this.#buckets.set(name, { level: level >= 1 ? level - 1 : level, at: now })
    if (this.#buckets.size > mostNames) this.#buckets.delete(this.#buckets.keys().next().value as string)
    return level >= 1 ? 0 : Math.max(1, Math.ceil((1 - level) / perSecond))
  }
}
