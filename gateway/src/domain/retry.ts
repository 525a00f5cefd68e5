import type { RetryPolicy } from '@platen/protocol'
import type { JobEnd } from './job.ts'

/**
 * Whether an attempt that ended may be tried again. What nobody knows to have happened or not (`unknown`) is never done again
 * on a guess; a run that was lost before its first step is always worth another try.
 */
export function isRetried({ attempts, codes }: RetryPolicy, attempt: number, { outcome, effect, error }: JobEnd): boolean {
  if (outcome !== 'failed' || !error || attempt >= attempts || effect === 'unknown') return false
  return codes.includes(error.code) || (error.code === 'job.lost' && effect === 'none')
}

/** Full jitter: anything between nothing and a window that doubles with each attempt, up to the cap. */
export function backoffMs(attempt: number, bounds: { readonly firstMs: number; readonly capMs: number }, random: number): number {
  return Math.round(random * Math.min(bounds.capMs, bounds.firstMs * 2 ** (attempt - 1)))
}
