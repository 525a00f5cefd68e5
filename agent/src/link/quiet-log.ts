import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'

const minuteMs = 60_000
/** Lines of one event that a minute has room for. */
const linesEach = 10

/** A log that the peer cannot fill: what it makes us say again and again is written a few times a minute, and then how often it was not. */
export function quietLog(log: Log, clock: Pick<Clock, 'now'>): Log {
  const written = new Map<string, number>()
  let minute = -1
  const startMinute = (now: number): void => {
    if (now === minute) return
    minute = now
    for (const [of, lines] of written) if (lines > linesEach) log.warn('log:withheld', { of, lines: lines - linesEach })
    written.clear()
  }
  const may = (event: string): boolean => {
    startMinute(Math.floor(clock.now() / minuteMs))
    const lines = (written.get(event) ?? 0) + 1
    written.set(event, lines)
    return lines <= linesEach
  }
  return {
    info: (event, members) => may(event) && log.info(event, members),
    warn: (event, members) => may(event) && log.warn(event, members),
    error: (event, members) => may(event) && log.error(event, members),
  }
}
