import type { DocumentPolicy } from '@platen/protocol'

/** How often everything may be purged: so often at once, then once in so many seconds; 0 seconds are no bound. */
export type PurgeRate = NonNullable<DocumentPolicy['limits']['purgeEverything']>

/**
 * Where the policy file says nothing: a handful at once, for a deployment of several steps or somebody who looks for a fault, then
 * no sooner than the pages that are visited most are made anew. With less between them, such as ten seconds, a script that purges all
 * the time would leave the site without a cache.
 */
export const usualPurgeRate: PurgeRate = { burst: 5, everySeconds: 120 }

/** In how many milliseconds one more may be, 0 for now. `wholeAt` is when the whole burst will be there again; all times are of one clock. */
export function purgeWaitMs(rate: PurgeRate, wholeAt: number, now: number): number {
  return Math.max(0, bounded(rate, wholeAt, now) - (rate.burst - 1) * intervalMs(rate) - now)
}

/** When the whole burst will be there again after one more now. */
export function spentPurge(rate: PurgeRate, wholeAt: number, now: number): number {
  return bounded(rate, Math.max(wholeAt, now) + intervalMs(rate), now)
}

/** Somebody may have set the clock back, or purged as root, whom no rate binds. */
function bounded(rate: PurgeRate, wholeAt: number, now: number): number {
  return Math.min(wholeAt, now + rate.burst * intervalMs(rate))
}

function intervalMs({ everySeconds }: PurgeRate): number {
  return everySeconds * 1_000
}
