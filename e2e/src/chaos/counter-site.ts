import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The sites of a run: each counts what it was asked to count, by the job that asked, and nobody else keeps that number. */
export interface CounterSite {
  readonly url: string
  /** Increments by job. */
  readonly increments: ReadonlyMap<string, number>
  close(): Promise<void>
}

/** Starts counting. Any path ending in `/increment?job=ID` counts one up; there is no way to ask for it twice and count once. */
export async function openCounterSite(): Promise<CounterSite> {
  const increments = new Map<string, number>()
  const server: Server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://site')
    const job = searchParams.get('job')
    const isCount = request.method === 'POST' && pathname.endsWith('/increment') && job !== null
    if (isCount) increments.set(job, (increments.get(job) ?? 0) + 1)
    response.writeHead(isCount ? 204 : 404).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    increments,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
