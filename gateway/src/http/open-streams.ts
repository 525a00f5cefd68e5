/** Counts the streams that are open by a name each, so that none holds more than its share of sockets. */
export class OpenStreams {
  readonly #counts = new Map<string, number>()
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  /** Takes one where there is one left; the answer gives it back. */
  take(name: string): (() => void) | undefined {
    const count = this.#counts.get(name) ?? 0
    if (count >= this.#most) return undefined
    this.#counts.set(name, count + 1)
    return () => this.#giveBack(name)
  }

  #giveBack(name: string): void {
    const count = (this.#counts.get(name) ?? 1) - 1
    if (count === 0) this.#counts.delete(name)
    else this.#counts.set(name, count)
  }
}
