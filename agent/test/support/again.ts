import { setTimeout as delay } from 'node:timers/promises'

/** Calls until it answers. */
export async function again<Value>(call: () => Promise<Value> | Value, withinMs: number): Promise<Value> {
  const until = performance.now() + withinMs
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (performance.now() > until) throw error
      await delay(50)
    }
  }
}
