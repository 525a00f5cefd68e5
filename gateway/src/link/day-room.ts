/** What one name may take in a day (UTC). */
export interface DayBounds {
  readonly perDay: number
  readonly bytesPerDay: number
}

interface Taken {
  count: number
  bytes: number
  isTold: boolean
}

const dayMs = 86_400_000

/** What each agent has taken of its day. Names are those of agents that were let in; all are forgotten with the day. */
export class DayRoom {
  readonly #bounds: DayBounds
  readonly #taken = new Map<string, Taken>()
  #day = -1

  constructor(bounds: DayBounds) {
    this.#bounds = bounds
  }

  /** Takes so many things of so many bytes in all, where there is room for them. */
  take(name: string, { count, bytes }: { readonly count: number; readonly bytes: number }, nowMs: number): boolean {
    const taken = this.#of(name, nowMs)
    if (taken.count + count > this.#bounds.perDay || taken.bytes + bytes > this.#bounds.bytesPerDay) return false
    taken.count += count
    taken.bytes += bytes
    return true
  }

  /** Whether nobody was told yet that the day of a name is spent; from then on somebody was. */
  isNews(name: string, nowMs: number): boolean {
    const taken = this.#of(name, nowMs)
    const isNews = !taken.isTold
    taken.isTold = true
    return isNews
  }

  #of(name: string, nowMs: number): Taken {
    const day = Math.floor(nowMs / dayMs)
    if (day !== this.#day) this.#taken.clear()
    this.#day = day
    const taken = this.#taken.get(name) ?? { count: 0, bytes: 0, isTold: false }
    this.#taken.set(name, taken)
    return taken
  }
}
