import type { Clock } from '../ports/clock.ts'

/** Requests a second that one token may make, averaged over the burst. */
const perSecond = 50
const burst = 200
/** Tokens that are watched at once; the one that asked longest ago is forgotten first, which only gives it its burst again. */
const mostTokens = 10_000

/** A token bucket for each API token. */
export class RequestRate {
  readonly #buckets = new Map<string, { level: number; at: number }>()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** 0 where the request may go on, else the seconds to wait. */
  waitSeconds(tokenId: string): number {
    const now = this.#clock.now()
    const before = this.#buckets.get(tokenId) ?? { level: burst, at: now }
    const level = Math.min(burst, before.level + ((now - before.at) / 1000) * perSecond)
    this.#buckets.delete(tokenId)
    this.#buckets.set(tokenId, { level: level >= 1 ? level - 1 : level, at: now })
    if (this.#buckets.size > mostTokens) this.#buckets.delete(this.#buckets.keys().next().value as string)
    return level >= 1 ? 0 : Math.ceil((1 - level) / perSecond)
  }
}
