import type { Clock } from '../../ports/clock.ts'
import type { Pace } from './pace.ts'

/** What requests in a row are bound by. */
export interface Paced {
  readonly pace: Pace
  readonly clock: Clock
  /** Nothing new is begun once it aborts; what has begun ends by itself. */
  readonly signal: AbortSignal
  /** Slots, of which as many are in use as the pace says. */
  readonly most: number
}

/** How often a slot that the pace has taken out of use looks whether it may go on. */
const idleMs = 50

/** Takes from the queue until it is empty. Others may take from it, or add to it, meanwhile. The first failure stops it and is thrown. */
export async function paced<T>(queue: T[], { pace, clock, signal, most }: Paced, work: (item: T) => Promise<void>): Promise<void> {
  let failed = false
  const goesOn = (): boolean => queue.length > 0 && !signal.aborted && !failed
  const slot = async (_: unknown, number: number): Promise<void> => {
    while (goesOn()) {
      const waitMs = number >= pace.atOnce ? idleMs : pace.restMs
      if (waitMs > 0) await pause(clock, waitMs, signal)
      if (!goesOn() || number >= pace.atOnce) continue
      await work(queue.shift() as T)
    }
  }
  const slots = Array.from({ length: Math.min(most, queue.length) }, slot)
  await Promise.all(slots).catch((error: unknown) => {
    failed = true
    throw error
  })
}

/** Resolves after so long, or at once when the signal aborts. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const done = (): void => {
      forget()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const forget = clock.after(ms, done)
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })
}
