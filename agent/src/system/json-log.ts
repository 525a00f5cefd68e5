import type { Log } from '../ports/log.ts'

/** Longest line, in characters: one odd value must not fill a disk. */
const lineLength = 4_000

/** A log of one JSON object a line: time, level, part, event, and the event's members. `write` gets each line with its end. */
export function jsonLog(part: string, write: (line: string) => void, now: () => number = Date.now): Log {
  const at =
    (level: string) =>
    (event: string, members: Readonly<Record<string, unknown>> = {}): void => {
      const head = { time: new Date(now()).toISOString(), level, part, event }
      // Twice: first in the line, and last word, since members may come from a worker that was taken over.
      const line = JSON.stringify({ ...head, ...members, ...head }, plainErrors)
      write(`${line.length > lineLength ? JSON.stringify({ level, part, event, cut: line.slice(0, lineLength - 200) }) : line}\n`)
    }
  return { info: at('info'), warn: at('warn'), error: at('error') }
}

/** A log to stderr. Whoever read it may go away: that must not take the agent along. */
export function stderrLog(part: string): Log {
  process.stderr.on('error', () => {
    // Nowhere is left to say so.
  })
  return jsonLog(part, line => process.stderr.write(line))
}

/** Errors have no members that JSON sees. */
function plainErrors(_name: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value
  const { code } = value as { code?: unknown }
  return { name: value.name, code, message: value.message, stack: value.stack, cause: value.cause }
}
