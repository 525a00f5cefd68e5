import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Metrics } from '../ports/metrics.ts'

type Members = Readonly<Record<string, unknown>>

const minuteMs = 60_000
/** Lines of one event of one agent (or of one address, or of neither) that a minute has room for. */
const linesEach = 10
/** Agents and events that are told apart within a minute; those over it share what one has. */
const mostNames = 100_000

/**
 * A log that a peer cannot fill: what one agent makes the gateway say again and again is written a few times a minute, and
 * afterwards how often it was not. What is withheld is counted.
 */
export function quietLog(log: Log, clock: Pick<Clock, 'now'>, metrics: Metrics): Log {
  const written = new Map<string, number>()
  let minute = -1
  const startMinute = (now: number): void => {
    if (Math.floor(now / minuteMs) === minute) return
    minute = Math.floor(now / minuteMs)
    for (const [name, lines] of written) if (lines > linesEach) log.warn('log:withheld', { of: name, lines: lines - linesEach })
    written.clear()
  }
  const write = (level: keyof Log, event: string, members: Members = {}): void => {
    startMinute(clock.now())
    const who = members['agentId'] ?? members['address']
    const whole = typeof who === 'string' ? `${event} ${who}` : event
    const name = written.size < mostNames || written.has(whole) ? whole : event
    const lines = (written.get(name) ?? 0) + 1
    written.set(name, lines)
    if (lines <= linesEach) log[level](event, members)
    else metrics.count('log_lines_withheld')
  }
  return {
    info: (event, members) => write('info', event, members),
    warn: (event, members) => write('warn', event, members),
    error: (event, members) => write('error', event, members),
  }
}
