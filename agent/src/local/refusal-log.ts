import type { ErrorCode, PlatenError } from '@platen/protocol'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'

/** Between two lines about the same code. */
const quietMs = 60_000

/**
 * Tells of requests that were refused: each code at once, and then once a minute with how many there were. Whoever is refused a
 * thousand times a second must not fill the disk, nor hide others in the noise.
 */
export function refusalLog(
  log: Log,
  clock: Pick<Clock, 'monotonic'>,
): (error: PlatenError, about: Readonly<Record<string, unknown>>) => void {
  const told = new Map<ErrorCode, { readonly at: number; more: number }>()
  return ({ code, cause }, about) => {
    const last = told.get(code)
    const now = clock.monotonic()
    if (last && now - last.at < quietMs) {
      last.more += 1
      return
    }
    told.set(code, { at: now, more: 0 })
    const members = { code, ...about, ...(last && last.more > 0 ? { more: last.more } : {}) }
    if (code === 'internal') log.error('local:failed', { ...members, error: cause })
    else log.warn('local:refused', members)
  }
}
