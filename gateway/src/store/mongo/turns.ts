import { PlatenError } from '@platen/protocol'

/** Calls that wait for their turn, at most: more means that the store does not keep up, and then it is better to say so. */
const mostWaiting = 20_000
const waitMs = 30_000

/** Lets calls that would be in each other's way go one after another, in the order in which they came, and some at once in all. */
export class Turns {
  readonly #most: number
  /** The end of the last call of each key. */
  readonly #ends = new Map<string, Promise<void>>()
  readonly #queue: (() => void)[] = []
  #running = 0
  #waiting = 0

  constructor(most: number) {
    this.#most = most
  }

  /**
   * Runs a call when those that came before with one of its keys have ended. Keys are taken all at once, so no two calls wait for
   * each other. @throws PlatenError store.unavailable where too many wait, or for too long; and what `call` throws
   */
  async run<T>(keys: readonly string[], call: () => Promise<T>): Promise<T> {
    if (this.#waiting >= mostWaiting) throw new PlatenError('store.unavailable', 'Too much waits to be written.')
    const until = performance.now() + waitMs
    const before = keys.flatMap(key => this.#ends.get(key) ?? [])
    const { promise: end, resolve } = Promise.withResolvers<void>()
    for (const key of keys) this.#ends.set(key, end)
    this.#waiting += 1
    try {
      await Promise.all(before)
      return await this.#amongMost(until, call)
    } finally {
      this.#waiting -= 1
      resolve()
      for (const key of keys) if (this.#ends.get(key) === end) this.#ends.delete(key)
    }
  }

  async #amongMost<T>(until: number, call: () => Promise<T>): Promise<T> {
    // Whoever ends hands its place to the next one, so nobody who comes meanwhile is first.
    if (this.#running >= this.#most) await new Promise<void>(resolve => void this.#queue.push(resolve))
    else this.#running += 1
    try {
      if (performance.now() >= until) throw new PlatenError('store.unavailable', 'The store does not keep up.')
      return await call()
    } finally {
      const next = this.#queue.shift()
      if (next) next()
      else this.#running -= 1
    }
  }
}
