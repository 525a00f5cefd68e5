/** Keys that were noted within some time, by a clock that only goes forth; older ones are dropped as others come. */
export class RecentKeys {
  readonly #keptMs: number
  /** When each was noted last; the oldest is first. */
  readonly #notedAt = new Map<string, number>()

  constructor(keptMs: number) {
    this.#keptMs = keptMs
  }

  get size(): number {
    return this.#notedAt.size
  }

  has(key: string, now: number): boolean {
    const at = this.#notedAt.get(key)
    return at !== undefined && now - at < this.#keptMs
  }

  add(key: string, now: number): void {
    this.#notedAt.delete(key)
    this.#notedAt.set(key, now)
    for (const [old, at] of this.#notedAt) {
      if (now - at < this.#keptMs) break
      this.#notedAt.delete(old)
    }
  }
}
