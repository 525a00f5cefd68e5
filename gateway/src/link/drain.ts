import type { Clock } from '../ports/clock.ts'
import type { SessionOptions } from './session.ts'

/** How a gateway goes away. */
export interface DrainOptions {
  /** The first slot, in milliseconds from now: how long the gateway expects to be away. */
  readonly firstMs?: number
  /** How long sockets may take to end before they are cut, and the store to know of it. */
  readonly graceMs?: number
}

/**
 * Says goodbye to every session with a slot of its own, at the rate at which agents will be admitted again, closes them
 * (4010), and waits until all have ended and the store knows that they have. `sessions` and `ending` lose each that has.
 */
export async function drain(
  { sessions, ending }: Pick<SessionOptions, 'sessions' | 'ending'>,
  perSecond: number,
  { clock }: { readonly clock: Clock },
  { firstMs = 1_000, graceMs = 2_000 }: DrainOptions = {},
): Promise<void> {
  let slot = 0
  for (const session of sessions) {
    const afterMs = Math.round(Math.min(firstMs + ((slot + clock.random()) * 1_000) / perSecond, 3_600_000))
    slot += 1
    session.send({ type: 'goodbye', reason: 'gateway draining', afterMs })
    session.close(4010)
  }
  const isOver = (): boolean => sessions.size === 0 && ending.size === 0
  await over(isOver, clock, graceMs)
  for (const session of sessions) session.terminate()
  await over(isOver, clock, cutMs)
}

const lookMs = 20
/** What a cut takes to be noticed and written down. */
const cutMs = 500

/** Resolves when it is over, or the time is. */
function over(isOver: () => boolean, clock: Clock, graceMs: number): Promise<void> {
  const until = clock.now() + graceMs
  return new Promise(resolve => {
    const look = (): void => {
      if (isOver() || clock.now() >= until) resolve()
      else clock.after(lookMs, look)
    }
    look()
  })
}
