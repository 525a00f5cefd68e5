import { createServer, type Server, type ServerResponse } from 'node:http'
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
  /** Heavy jobs that were at one site at once. */
  readonly overlaps: readonly (readonly [jobId: string, other: string])[]
  close(): Promise<void>
}

/** A heavy job is kept waiting for so long, so that another one beside it would be seen. */
const heavyMs = 100

/** Starts counting. Any path ending in `/increment?job=ID` counts one up; there is no way to ask for it twice and count once. */
export async function openCounterSite(): Promise<CounterSite> {
  const counts = new Map<string, Count[]>()
  const heavy = new HeavyJobs()
  const server: Server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://site')
    const job = searchParams.get('job')
    if (request.method !== 'POST' || !pathname.endsWith('/increment') || job === null) return void response.writeHead(404).end()
    const site = pathname.split('/')[1] ?? ''
    counts.set(job, [...(counts.get(job) ?? []), { site, at: Date.now() }])
    if (searchParams.has('heavy')) heavy.keep(site, job, response)
    else response.writeHead(204).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    overlaps: heavy.overlaps,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Heavy jobs that are at a site just now: from their request until it is answered, or whoever sent it is gone. */
class HeavyJobs {
  readonly overlaps: (readonly [string, string])[] = []
  readonly #at = new Map<string, Set<string>>()

  keep(site: string, job: string, response: ServerResponse): void {
    const jobs = this.#at.get(site) ?? new Set()
    this.#at.set(site, jobs)
    for (const other of jobs) this.overlaps.push([job, other])
    jobs.add(job)
    response.once('close', () => jobs.delete(job))
    setTimeout(() => response.writeHead(204).end(), heavyMs)
  }
}
