import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '../../../src/ports/clock.ts'

const startMs = 1_800_000_000_000

/** Time that passes only when nothing else is left to be done: a job of minutes is over at once, and always in the same way. */
export class VirtualClock implements Clock {
  #passedMs = 0
  #waiting: { atMs: number; call: () => void }[] = []
  now = (): number => startMs + this.#passedMs
  monotonic = (): number => this.#passedMs
  random = (): number => 0.5
  after = (ms: number, call: () => void): (() => void) => {
    const entry = { atMs: this.#passedMs + Math.max(0, ms), call }
    this.#waiting.push(entry)
    return () => void (this.#waiting = this.#waiting.filter(other => other !== entry))
  }

  /** Microseconds since 1970. */
  get us(): number {
    return this.now() * 1_000
  }

  /** Lets time pass until the promise has settled. */
  async run<T>(promise: Promise<T>): Promise<T> {
    let over = false
    const end = promise.finally(() => (over = true))
    // Whoever waits below is told; until then nobody listens, and Node would end the process for it.
    end.catch(() => undefined)
    for (;;) {
      for (let turns = 0; turns < 8; turns++) await turn()
      if (over) return end
      const [next] = this.#waiting.toSorted((a, b) => a.atMs - b.atMs)
      if (!next) throw new Error('Nothing is waited for, and it has not ended.')
      this.#waiting = this.#waiting.filter(other => other !== next)
      this.#passedMs = Math.max(this.#passedMs, next.atMs)
      next.call()
    }
  }
}
