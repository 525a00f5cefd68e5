import type { ServerResponse } from 'node:http'
import type { Clock } from '../ports/clock.ts'

/** Answers that are being made. */
export class InFlight {
  readonly #responses = new Set<ServerResponse>()
  #noneLeft = (): void => {}

  /** Holds one until it is out, or whom it is for has gone. */
  add(response: ServerResponse): void {
    this.#responses.add(response)
    response.once('close', () => {
      this.#responses.delete(response)
      if (this.#responses.size === 0) this.#noneLeft()
    })
  }

  /** Resolves when none is left, or the time is over. */
  over(clock: Pick<Clock, 'after'>, ms: number): Promise<void> {
    return new Promise(resolve => {
      const takeBack = clock.after(ms, resolve)
      this.#noneLeft = () => {
        takeBack()
        resolve()
      }
      if (this.#responses.size === 0) this.#noneLeft()
    })
  }
}
