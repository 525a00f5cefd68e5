/** What a site wants within so long of its last request goes into its next one. */
const restMs = 500

/** Sites that have just had their turn. */
export class RestingSites {
  /** When each had it, the first one first. */
  readonly #since = new Map<string, number>()

  add(key: string, nowMs: number): void {
    this.#forget(nowMs)
    this.#since.delete(key)
    this.#since.set(key, nowMs)
  }

  has(key: string, nowMs: number): boolean {
    return this.#leftMs(key, nowMs) > 0
  }

  /** In how many milliseconds the first of these has rested; undefined where none rests. */
  waitMs(keys: Iterable<string>, nowMs: number): number | undefined {
    let least: number | undefined
    for (const key of keys) {
      const left = this.#leftMs(key, nowMs)
      if (left > 0 && (least === undefined || left < least)) least = left
    }
    return least
  }

  /** A clock that is set back ends the rest: nobody waits for an hour. */
  #leftMs(key: string, nowMs: number): number {
    const since = this.#since.get(key)
    return since === undefined || since > nowMs ? 0 : Math.max(0, since + restMs - nowMs)
  }

  #forget(nowMs: number): void {
    for (const key of this.#since.keys()) {
      if (this.#leftMs(key, nowMs) > 0) return
      this.#since.delete(key)
    }
  }
}
