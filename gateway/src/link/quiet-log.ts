import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Metrics } from '../ports/metrics.ts'

type Members = Readonly<Record<string, unknown>>

const minuteMs = 60_000
/** Lines of one event of one agent (or of one address, of one account at a CDN, or of none) that a minute has room for. */
const linesEach = 10
/** Agents and events that are told apart within a minute; those over it share what one has. */
const mostNames = 100_000

/**
 * A log that a peer cannot fill: what one agent makes the gateway say again and again is written a few times a minute, and
 * afterwards how often it was not. What is withheld is counted.
 */
export function quietLog(log: Log, clock: Pick<Clock, 'now'>, metrics: Metrics): Log {
  /** Lines by event and by who it is about. A name of both would be one more string for each of thousands of agents. */
  const written = new Map<string, Map<string, number>>()
  let names = 0
  let minute = -1
  const startMinute = (now: number): void => {
    if (Math.floor(now / minuteMs) === minute) return
    minute = Math.floor(now / minuteMs)
    for (const [event, lines] of written)
      for (const [who, count] of lines)
        if (count > linesEach) log.warn('log:withheld', { of: `${event} ${who}`.trimEnd(), lines: count - linesEach })
    written.clear()
    names = 0
  }
  const write = (level: keyof Log, event: string, members: Members = {}): void => {
    startMinute(clock.now())
    const asked = members['agentId'] ?? members['address'] ?? members['account']
    const lines = written.get(event) ?? new Map<string, number>()
    written.set(event, lines)
    const named = typeof asked === 'string' ? asked : ''
    const who = names < mostNames || lines.has(named) ? named : ''
    const count = (lines.get(who) ?? 0) + 1
    if (count === 1) names += 1
    lines.set(who, count)
    if (count <= linesEach) log[level](event, members)
    else metrics.count('log_lines_withheld')
  }
  return {
    info: (event, members) => write('info', event, members),
    warn: (event, members) => write('warn', event, members),
    error: (event, members) => write('error', event, members),
  }
}
