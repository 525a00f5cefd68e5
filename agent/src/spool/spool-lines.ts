import { limits, type SpoolChange, type SpoolPage } from '@platen/protocol'
import { spoolValidators } from '@platen/protocol/validators/spool'

/** What a stretch of a spool file holds. */
export interface Stretch {
  /** Whole lines, without their line feeds. */
  readonly lines: readonly string[]
  /** Bytes that are done with: the lines, and what was passed over. */
  readonly bytes: number
  /** Whether the stretch ends inside a line that is too long. */
  readonly skipping: boolean
  /** Lines that are too long. */
  readonly tooLong: number
}

const lineFeed = 10

/** Cuts at most so many lines out of a stretch; `skipping` says that it begins inside a line that is too long. */
export function cutLines(stretch: Buffer, skipping: boolean, most: number): Stretch {
  const lines: string[] = []
  let [at, tooLong] = [0, 0]
  while (lines.length < most) {
    const end = stretch.indexOf(lineFeed, at)
    const length = (end < 0 ? stretch.length : end) - at
    if (length >= limits.spool.lineBytes && !skipping) {
      tooLong += 1
      skipping = true
    }
    if (end < 0) return { lines, bytes: skipping ? stretch.length : at, skipping, tooLong }
    if (!skipping) lines.push(stretch.toString('utf8', at, end))
    skipping = false
    at = end + 1
  }
  return { lines, bytes: at, skipping, tooLong }
}

/** What a line of `pages` says, or undefined where it is none. */
export function parsePage(line: string): SpoolPage | undefined {
  return parse(line, 'page') as SpoolPage | undefined
}

/** What a line of `changes` says, or undefined where it is none. */
export function parseChange(line: string): SpoolChange | undefined {
  return parse(line, 'change') as SpoolChange | undefined
}

/** The beginning of each line as the plugin writes it; within a line it can only be the next one's, see below. */
const beginning = '{"at":'

/** A line that a full disk cut off has no line feed: what is appended next stands behind it, and is whole. */
function parse(line: string, message: 'page' | 'change'): unknown {
  const value = valueOf(line, message)
  const next = value === undefined ? line.lastIndexOf(beginning) : 0
  return next > 0 ? valueOf(line.slice(next), message) : value
}

function valueOf(line: string, message: 'page' | 'change'): unknown {
  try {
    const value: unknown = JSON.parse(line)
    return spoolValidators[message]?.(value) ? value : undefined
  } catch {
    // Whoever wrote it is the site's PHP: there is nobody to tell.
    return undefined
  }
}
