import type { Clock } from '../../../src/ports/clock.ts'

/** Time that passes when the test says so. */
export class TestClock implements Clock {
  #now = 0
  #calls: { at: number; call: () => void }[] = []
  now = (): number => this.#now
  monotonic = (): number => this.#now
  random = (): number => 0
  after = (ms: number, call: () => void): (() => void) => {
    const entry = { at: this.#now + ms, call }
    this.#calls.push(entry)
    return () => (this.#calls = this.#calls.filter(other => other !== entry))
  }
  pass(ms: number): void {
    this.#now += ms
    for (const { call } of this.#calls.filter(({ at }) => at <= this.#now)) call()
  }
  get waiting(): number {
    return this.#calls.length
  }
}
