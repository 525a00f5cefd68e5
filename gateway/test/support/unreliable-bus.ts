import type { Hint } from '../../src/domain/hint.ts'
import type { Bus } from '../../src/ports/bus.ts'
import type { Clock } from '../../src/ports/clock.ts'

/** What becomes of a hint: after how many milliseconds each of its copies comes. None: it is lost. */
export type Fate = (hint: Hint) => readonly number[]

/** A bus on which every hint has the fate that a test wants. */
export function unreliableBus(inner: Bus, clock: Clock, fate: Fate): Bus {
  return {
    subscribe: listener => inner.subscribe(listener),
    publish: hint => {
      for (const ms of fate(hint)) {
        if (ms === 0) inner.publish(hint)
        else clock.after(ms, () => inner.publish(hint))
      }
    },
  }
}
