/** What may be on its way to the disk at once. */
export interface WriterBounds {
  readonly writes: number
  readonly bytes: number
}

/** More means that the disk does not keep up, and then it is better to say so. A batch of the API has eight megabytes at most. */
export const usualWriterBounds: WriterBounds = { writes: 20_000, bytes: 128 * 1_048_576 }

/**
 * The writes that the writer's thread was given and has not told of, by number and by weight. Those that nobody waits for any more
 * are among them: a thread that hangs has them all the same.
 */
export class WriterLoad {
  readonly #bounds: WriterBounds
  readonly #bytes = new Map<number, number>()
  #total = 0

  constructor(bounds: WriterBounds) {
    this.#bounds = bounds
  }

  get isFull(): boolean {
    return this.#bytes.size >= this.#bounds.writes || this.#total >= this.#bounds.bytes
  }

  add(id: number, args: readonly unknown[]): void {
    const bytes = roughBytes(args)
    this.#bytes.set(id, bytes)
    this.#total += bytes
  }

  remove(id: number): void {
    this.#total -= this.#bytes.get(id) ?? 0
    this.#bytes.delete(id)
  }

  clear(): void {
    this.#bytes.clear()
    this.#total = 0
  }
}

/** About what a copy of it takes: texts are most of whatever is large. */
function roughBytes(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 8
  let bytes = 8
  for (const [name, member] of Object.entries(value)) bytes += name.length + roughBytes(member)
  return bytes
}
