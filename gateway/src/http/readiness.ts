import type { Clock } from '../ports/clock.ts'
import type { Store } from '../ports/store.ts'

/** A look at the store holds for so long, whoever asks: nobody needs a token for it, and each is a write. */
const holdsMs = 1_000

/** Whether the store can be written to, looked at once for all who ask at about the same time. */
export class Readiness {
  readonly #store: Pick<Store, 'healthy'>
  readonly #clock: Pick<Clock, 'now'>
  #last: { readonly at: number; readonly answer: Promise<boolean> } | undefined

  constructor({ store, clock }: { readonly store: Pick<Store, 'healthy'>; readonly clock: Pick<Clock, 'now'> }) {
    this.#store = store
    this.#clock = clock
  }

  /** @throws PlatenError store.unavailable, disk.full */
  isReady(): Promise<boolean> {
    const now = this.#clock.now()
    if (this.#last && Math.abs(now - this.#last.at) < holdsMs) return this.#last.answer
    const answer = this.#store.healthy()
    this.#last = { at: now, answer }
    return answer
  }
}
