/** Sites that have just had their turn: what one wants while it rests goes into its next request. */
export class RestingSites {
  readonly #restMs: number
  /** When each had it, the first one first. */
  readonly #since = new Map<string, number>()

  constructor(restMs: number) {
    this.#restMs = restMs
  }

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
    return since === undefined || since > nowMs ? 0 : Math.max(0, since + this.#restMs - nowMs)
  }

  #forget(nowMs: number): void {
    for (const key of this.#since.keys()) {
      if (this.#leftMs(key, nowMs) > 0) return
      this.#since.delete(key)
    }
  }
}
