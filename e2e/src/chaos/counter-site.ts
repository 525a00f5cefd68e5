import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One time that a site was asked to count. */
export interface Count {
  /** The site's name, as the first part of its path. */
  readonly site: string
  /** Ms since the epoch. */
  readonly at: number
}

/** The sites of a run: each counts what it was asked to count, by the job that asked, and nobody else keeps that number. */
export interface CounterSite {
  readonly url: string
  /** By job. */
  readonly counts: ReadonlyMap<string, readonly Count[]>
  close(): Promise<void>
}

/** Starts counting. Any path ending in `/increment?job=ID` counts one up; there is no way to ask for it twice and count once. */
export async function openCounterSite(): Promise<CounterSite> {
  const counts = new Map<string, Count[]>()
  const server: Server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://site')
    const job = searchParams.get('job')
    const isCount = request.method === 'POST' && pathname.endsWith('/increment') && job !== null
    if (isCount) counts.set(job, [...(counts.get(job) ?? []), { site: pathname.split('/')[1] ?? '', at: Date.now() }])
    response.writeHead(isCount ? 204 : 404).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
