/** Bounds of a back-off. */
export interface Backoff {
  readonly firstMs: number
  readonly capMs: number
}

/**
 * How long to wait before the next try: full jitter, so that many who failed together do not come back together.
 * `failures` counts from 1, `random` is in [0, 1). The window doubles with each failure, up to the cap.
 */
export function backoffMs(failures: number, { firstMs, capMs }: Backoff, random: number): number {
  const doublings = Math.min(Math.max(failures, 1) - 1, 52)
  return Math.floor(Math.min(firstMs * 2 ** doublings, capMs) * random)
}
