/** Time that passes as fast as there is something to do in it. */
export class VirtualClock {
  #now = 0
  #order = 0
  readonly #due: { readonly at: number; readonly order: number; readonly call: () => void }[] = []

  now(): number {
    return this.#now
  }

  random(): number {
    return 0.5
  }

  after(ms: number, call: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, ms), order: ++this.#order, call }
    this.#push(timer)
    return () => {
      const index = this.#due.indexOf(timer)
      if (index >= 0) this.#due.splice(index, 1)
    }
  }

  /** Lets `ms` pass; whatever follows from a call has its turn before the next one. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms
    for (let next = this.#due[0]; next && next.at <= until; next = this.#due[0]) {
      this.#due.shift()
      this.#now = next.at
      next.call()
      await Promise.resolve()
      await Promise.resolve()
      await Promise.resolve()
    }
    this.#now = until
  }

  #push(timer: { readonly at: number; readonly order: number; readonly call: () => void }): void {
    let low = 0
    let high = this.#due.length
    while (low < high) {
      const middle = (low + high) >> 1
      const other = this.#due[middle] as { at: number; order: number }
      if (other.at < timer.at || (other.at === timer.at && other.order < timer.order)) low = middle + 1
      else high = middle
    }
    this.#due.splice(low, 0, timer)
  }
}
