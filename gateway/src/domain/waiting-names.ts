/** Whose turn it is within a site: what is urgent and then the rest, or the rest alone. */
export type PurgeOrder = 'urgent first' | 'usual'

/** What one request takes of them, and the asks that wait for it, each once. */
export interface TakenNames {
  readonly names: readonly string[]
  readonly ids: readonly number[]
}

/** URLs of one site that wait for the CDN, or tags: each once, urgent where anybody wants it so, and which asks want it. */
export class WaitingNames {
  readonly #urgent = new Map<string, Set<number>>()
  readonly #usual = new Map<string, Set<number>>()

  get size(): number {
    return this.#urgent.size + this.#usual.size
  }

  /** Those that have their turn. */
  waiting(order: PurgeOrder): number {
    return this.#usual.size + (order === 'usual' ? 0 : this.#urgent.size)
  }

  has(urgent: boolean): boolean {
    return (urgent ? this.#urgent : this.#usual).size > 0
  }

  add(name: string, id: number, urgent: boolean): void {
    const usual = this.#usual.get(name)
    const waiting = this.#urgent.get(name) ?? usual ?? new Set<number>()
    waiting.add(id)
    if (urgent && usual) this.#usual.delete(name)
    const row = urgent || this.#urgent.has(name) ? this.#urgent : this.#usual
    row.set(name, waiting)
  }

  take(most: number, order: PurgeOrder): TakenNames {
    const rows = order === 'usual' ? [this.#usual] : [this.#urgent, this.#usual]
    const names: string[] = []
    const ids = new Set<number>()
    for (const row of rows) {
      for (const [name, waiting] of row) {
        if (names.length >= most) break
        row.delete(name)
        names.push(name)
        for (const id of waiting) ids.add(id)
      }
    }
    return { names, ids: [...ids] }
  }
}
