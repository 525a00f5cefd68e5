import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Visits } from '../ports/visits.ts'

const { O_RDONLY, O_NONBLOCK } = constants

/** The end of the log that is read, and addresses that are counted: it is as long as visitors make it. */
const mostBytes = 1_048_576
const mostAddresses = 20_000
const mostLength = 2_048

/**
 * The first quoted text of a line is the request in nginx's own formats; what visitors put into other headers stands later,
 * and a quote in any of them is escaped.
 */
const visit = /^[^"\n]{0,400}"GET (\/[^\s"\\]*) HTTP\/[\d.]+" 200 /

/** Counts pages in nginx's access log. One that can't be read, or is no plain file, counts none: it only decides about an order. */
export function nginxVisits(accessLog: string): Visits {
  return { counts: async () => countVisits(await tail(accessLog).catch(() => '')) }
}

/** Answered GET requests by path and query. */
export function countVisits(log: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const line of log.split('\n')) {
    const address = visit.exec(line)?.[1]
    if (address === undefined || address.length > mostLength) continue
    const known = counts.get(address)
    if (known !== undefined || counts.size < mostAddresses) counts.set(address, (known ?? 0) + 1)
  }
  return counts
}

async function tail(path: string): Promise<string> {
  const file = await open(path, O_RDONLY | O_NONBLOCK)
  try {
    const stats = await file.stat()
    if (!stats.isFile()) return ''
    const from = Math.max(0, stats.size - mostBytes)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(mostBytes), 0, mostBytes, from)
    const text = buffer.toString('latin1', 0, bytesRead)
    return from === 0 ? text : text.slice(text.indexOf('\n') + 1)
  } finally {
    await file.close()
  }
}
