import type { Hint } from '../domain/hint.ts'
import type { Bus } from '../ports/bus.ts'
import type { Log } from '../ports/log.ts'

/** The bus of a gateway that is alone: hints go to whoever listens in this process, after the publisher is done. */
export function memoryBus(log: Log): Bus {
  const listeners = new Set<(hint: Hint) => void>()
  return {
    publish: hint => {
      for (const listener of listeners) queueMicrotask(() => deliver(listener, hint, log))
    },
    subscribe: listener => {
      // A listener of its own for each call, so that subscribing one function twice gives two subscriptions.
      const own = (hint: Hint): void => listener(hint)
      listeners.add(own)
      return () => void listeners.delete(own)
    },
  }
}

function deliver(listener: (hint: Hint) => void, hint: Hint, log: Log): void {
  try {
    listener(hint)
  } catch (error) {
    log.error('bus:listener_failed', { hint: hint.type, error })
  }
}
