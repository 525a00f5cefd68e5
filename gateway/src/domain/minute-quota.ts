/** What a quota allows in one minute. */
export interface Allowance {
  readonly overall: number
  readonly each: number
}

const minuteMs = 60_000

/** Counts by name within the present minute; what it remembers is bounded by `overall` and forgotten with the minute. */
export class MinuteQuota {
  readonly #allowance: Allowance
  readonly #counts = new Map<string, number>()
  #minute = -1
  #total = 0

  constructor(allowance: Allowance) {
    this.#allowance = allowance
  }

  /** Takes one for a name, where there is one left. */
  take(name: string, nowMs: number): boolean {
    if (!this.left(name, nowMs)) return false
    this.#total += 1
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
    return true
  }

  /** Whether there is one left for a name. */
  left(name: string, nowMs: number): boolean {
    this.#startMinute(Math.floor(nowMs / minuteMs))
    return this.#total < this.#allowance.overall && (this.#counts.get(name) ?? 0) < this.#allowance.each
  }

  #startMinute(minute: number): void {
    if (minute === this.#minute) return
    this.#minute = minute
    this.#total = 0
    this.#counts.clear()
  }
}
