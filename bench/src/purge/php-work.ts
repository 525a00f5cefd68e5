import { setTimeout as delay } from 'node:timers/promises'
import type { NativeSite } from '@platen/lab'

/** What PHP-FPM was asked to do. */
export interface PhpWork {
  /** Requests since it was started, without those that ask for their number. */
  requests(): Promise<number>
  /** Waits until it was asked for nothing for some seconds; false where that does not come within so long. */
  becomesQuiet(withinMs: number): Promise<boolean>
}

const lookMs = 500
const quietMs = 5_000

/** That of a site's PHP-FPM, by its own word. */
export function phpWorkOf({ fetch, php }: Pick<NativeSite, 'fetch' | 'php'>): PhpWork {
  let own = 0
  const requests = async (): Promise<number> => {
    const status = (await (await fetch(`${php.statusPath}?json`)).json()) as { 'accepted conn': number }
    own += 1
    return status['accepted conn'] - own
  }
  const becomesQuiet = async (withinMs: number): Promise<boolean> => {
    const from = performance.now()
    let [count, since] = [await requests(), performance.now()]
    while (performance.now() - from < withinMs) {
      await delay(lookMs)
      const now = await requests()
      if (now !== count) [count, since] = [now, performance.now()]
      else if (performance.now() - since >= quietMs) return true
    }
    return false
  }
  return { requests, becomesQuiet }
}
