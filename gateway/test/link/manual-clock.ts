import type { Clock } from '../../src/ports/clock.ts'

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #now = Date.now()
  #timers: { at: number; readonly call: () => void }[] = []

  now(): number {
    return this.#now
  }

  after(ms: number, call: () => void): () => void {
    const timer = { at: this.#now + ms, call }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter(other => other !== timer)
    }
  }

  random(): number {
    return 0.5
  }

  /** Lets time pass, and calls what is due, in order. */
  advance(ms: number): void {
    const until = this.#now + ms
    for (;;) {
      const [next] = this.#timers.filter(({ at }) => at <= until).toSorted((one, other) => one.at - other.at)
      if (!next) break
      this.#timers = this.#timers.filter(other => other !== next)
      this.#now = Math.max(this.#now, next.at)
      next.call()
    }
    this.#now = until
  }

  /** Sets the clock, as an operator or a host that slept would: what was to be called in a second still is. */
  set(ms: number): void {
    this.#now += ms
    this.#timers = this.#timers.map(timer => Object.assign(timer, { at: timer.at + ms }))
  }

  /** Lets time pass a second at a time, with turns of the event loop between for what follows from it. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 1_000) {
      this.advance(1_000)
      for (let turn = 0; turn < 3; turn += 1) await new Promise(resolve => setImmediate(resolve))
    }
  }
}
