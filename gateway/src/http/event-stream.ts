import type { ServerResponse } from 'node:http'
import type { SiteEvent } from '../ports/jobs.ts'
import { iso, type HttpParts } from './context.ts'

/** What a stream shows. */
export interface StreamOf {
  readonly accountId: string
  readonly siteId?: string
  readonly jobId?: string
  /** Sequence after which it starts. */
  readonly after: number
}

const heartbeatMs = 15_000
/** The store is asked this often even without a hint, since hints may be lost. */
const pollMs = 1_000
const batch = 200
/** Bytes that may wait for a slow reader before it is let go; it resumes by Last-Event-ID. */
const mostWaiting = 1_048_576
const ending = new Set(['job.succeeded', 'job.failed', 'job.cancelled', 'job.expired'])

/** Writes events as they come: server-sent events whose id is the sequence and whose data is a CloudEvent. Ends with its reader. */
export function streamEvents(response: ServerResponse, of: StreamOf, { store, bus, clock, log }: HttpParts): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
  let after = of.after
  let busy = false
  let again = false
  let heardAt = clock.now()
  const pump = async (): Promise<void> => {
    again = true
    if (busy) return
    busy = true
    try {
      while (again && !response.destroyed) {
        again = false
        const events = await store.jobs.events(of.accountId, of, after, batch)
        for (const event of events) response.write(text(event))
        after = events.at(-1)?.seq ?? after
        again ||= events.length === batch
        if (of.jobId !== undefined && events.some(({ type }) => ending.has(type))) response.end()
      }
    } catch (error) {
      log.error('stream:failed', { error })
      response.destroy()
    } finally {
      busy = false
    }
  }
  const unsubscribe = bus.subscribe(hint => {
    if (hint.type === 'site event') void pump()
  })
  let cancel = (): void => {}
  const tick = (): void => {
    if (response.writableLength > mostWaiting) response.destroy()
    if (clock.now() - heardAt >= heartbeatMs) {
      heardAt = clock.now()
      response.write(': still here\n\n')
    }
    void pump()
    cancel = clock.after(pollMs, tick)
  }
  response.once('close', () => {
    unsubscribe()
    cancel()
  })
  response.flushHeaders()
  tick()
}

function text(event: SiteEvent): string {
  const cloudEvent = {
    specversion: '1.0',
    id: event.id,
    source: `/v1/sites/${event.siteId}`,
    type: event.type,
    subject: event.jobId,
    time: iso(event.at),
    datacontenttype: 'application/json',
    data: event.data,
  }
  return `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(cloudEvent)}\n\n`
}
