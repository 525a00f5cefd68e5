import type { Figures } from '../bench.ts'
import type { Row } from './row.ts'
import type { Verdict } from './verdict.ts'

/** What one kind of change did to the site's pages. */
export interface RowTally {
  readonly name: string
  readonly urls: number
  readonly changed: number
  readonly stale: number
  readonly purged: number
  readonly unsteady: number
  readonly stalePaths: readonly string[]
  /** Pages that were purged though the change may purge none. */
  readonly needless: number
  /** Requests to PHP from the change until the pages were looked at. */
  readonly requests: number
  /** Whether PHP was not left alone again in time. */
  readonly isRestless: boolean
  readonly seconds: number
}

/** Counts a row's verdicts. */
export function tallyOf(
  { name, purgesNothing }: Pick<Row, 'name' | 'purgesNothing'>,
  verdicts: readonly Verdict[],
  rest: Pick<RowTally, 'requests' | 'isRestless' | 'seconds'>,
): RowTally {
  const count = (what: 'changed' | 'stale' | 'purged' | 'unsteady'): number => verdicts.filter(verdict => verdict[what]).length
  return {
    name,
    urls: verdicts.length,
    changed: count('changed'),
    stale: count('stale'),
    purged: count('purged'),
    unsteady: count('unsteady'),
    stalePaths: verdicts.filter(({ stale }) => stale).map(({ path }) => path),
    needless: purgesNothing ? count('purged') : 0,
    ...rest,
  }
}

/** How many pages were purged for each that had changed; at least one counts as changed, for nothing can be divided by none. */
export function overPurge({ purged, changed }: Pick<RowTally, 'purged' | 'changed'>): number {
  return round(purged / Math.max(1, changed))
}

/** The figures of all rows, and what the two peers would have had: nothing purged, and everything each time. */
export function rowFigures(rows: readonly RowTally[]): Figures {
  const sum = (value: (row: RowTally) => number): number => rows.reduce((total, row) => total + value(row), 0)
  const [changed, purged] = [sum(row => row.changed), sum(row => row.purged)]
  return {
    staleUrls: sum(row => row.stale),
    purgedPerChanged: overPurge({ purged, changed }),
    needlesslyPurgedUrls: sum(row => row.needless),
    restlessRows: rows.filter(row => row.isRestless).length,
    changedUrls: changed,
    purgedUrls: purged,
    worstRowStaleUrls: Math.max(0, ...rows.map(row => row.stale)),
    worstRowPurgedPerChanged: Math.max(0, ...rows.map(overPurge)),
    rows: rows.length,
    staleRows: rows.filter(row => row.stale > 0).length,
    urls: Math.max(0, ...rows.map(row => row.urls)),
    unsteadyUrls: Math.max(0, ...rows.map(row => row.unsteady)),
    rowSeconds: round(sum(row => row.seconds) / Math.max(1, rows.length)),
    peerNoneStaleUrls: changed,
    peerAllPurgedPerChanged: overPurge({ purged: sum(row => row.urls), changed }),
  }
}

const columns = [20, 8, 8, 8, 10, 8, 9] as const

/** The table's head; `PHP`: requests that it was asked for, with an ellipsis where they did not end. */
export const tableHead: string = line(['change', 'changed', 'stale', 'purged', 'per page', 'PHP', 'seconds'], 'stale first')

/** A row as a line of the table. */
export function tableLine(row: RowTally): string {
  const cells = [
    row.name,
    row.changed,
    row.stale,
    row.purged,
    overPurge(row),
    row.isRestless ? `${row.requests}…` : row.requests,
    Math.round(row.seconds),
  ]
  return line(cells.map(String), row.stalePaths.slice(0, 3).join(' '))
}

function line(cells: readonly string[], last: string): string {
  const padded = cells.map((cell, index) => (index === 0 ? cell.padEnd(columns[index] ?? 0) : cell.padStart(columns[index] ?? 0)))
  return `${padded.join('')}  ${last}`.trimEnd()
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
