import type { ErrorCode, PlatenError } from '@platen/protocol'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Refusals } from '../ports/refusals.ts'

/** Between two lines about the same code. */
const quietMs = 60_000

/**
 * Counts what was refused at a door, and tells of it: each code at once, and then once a minute with how many there were. Whoever
 * is refused a thousand times a second must not fill the disk, nor hide others in the noise.
 */
export class RefusalLog implements Refusals {
  readonly #log: Log
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #door: 'local' | 'worker'
  readonly #told = new Map<ErrorCode, { readonly at: number; more: number }>()
  #count = 0

  constructor(log: Log, clock: Pick<Clock, 'monotonic'>, door: 'local' | 'worker' = 'local') {
    this.#log = log
    this.#clock = clock
    this.#door = door
  }

  /** What was refused so far; failures of the agent's own are none of it. */
  get count(): number {
    return this.#count
  }

  tell({ code, cause }: PlatenError, about: Readonly<Record<string, unknown>>): void {
    if (code !== 'internal') this.#count += 1
    const last = this.#told.get(code)
    const now = this.#clock.monotonic()
    if (last && now - last.at < quietMs) {
      last.more += 1
      return
    }
    this.#told.set(code, { at: now, more: 0 })
    const members = { code, ...about, ...(last && last.more > 0 ? { more: last.more } : {}) }
    if (code === 'internal') this.#log.error(`${this.#door}:failed`, { ...members, error: cause })
    else this.#log.warn(`${this.#door}:refused`, members)
  }
}
