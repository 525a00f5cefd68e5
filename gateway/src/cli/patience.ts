import { setTimeout as delay } from 'node:timers/promises'
import { errorRow, PlatenError } from '@platen/protocol'

/** Time as those who wait know it. */
export interface Waiting {
  readonly now: () => number
  /** Lets some time pass. */
  readonly pause: () => Promise<void>
}

/** How long a gateway may be away, a restart and more. */
const patienceMs = 300_000
const pauseMs = 500

/** The machine's own time, half a second at a time. */
export const waiting: Waiting = { now: () => Date.now(), pause: () => delay(pauseMs) }

/** Asks again as long as waiting may help, such as while the gateway is away, for five minutes at most. @throws what waiting does not mend */
export async function patiently<T>(ask: () => Promise<T>, { now, pause }: Waiting): Promise<T> {
  const until = now() + patienceMs
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof PlatenError) || errorRow(error.code).retry !== 'wait' || now() >= until) throw error
    }
    await pause()
  }
}
