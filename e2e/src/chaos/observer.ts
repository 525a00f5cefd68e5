import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { setTimeout as delay } from 'node:timers/promises'
import type { Api } from '@platen/lab'

/** Follows the event streams of sites through every fault, and remembers each end that was told. */
export interface Observer {
  /** End states by job, as often as they were told. */
  readonly told: ReadonlyMap<string, readonly string[]>
  close(): Promise<void>
}

const endStates = /^job\.(succeeded|failed|cancelled|expired)$/
const againMs = 500

/** Starts following. */
export function observe(api: Api, sites: readonly string[]): Observer {
  const told = new Map<string, string[]>()
  const abort = new AbortController()
  const take = (type: string, jobId: string): void => {
    const state = endStates.exec(type)?.[1]
    if (state !== undefined) told.set(jobId, [...(told.get(jobId) ?? []), state])
  }
  const following = sites.map(siteId => follow(api, siteId, take, abort.signal))
  return {
    told,
    close: async () => {
      abort.abort()
      await Promise.allSettled(following)
    },
  }
}

async function follow(api: Api, siteId: string, take: (type: string, jobId: string) => void, signal: AbortSignal): Promise<void> {
  let last = '0'
  while (!signal.aborted) {
    try {
      const headers = { authorization: `Bearer ${api.token}`, 'last-event-id': last }
      const response = await fetch(new URL(`/v1/sites/${siteId}/events`, api.url), { headers, signal })
      if (response.body)
        for await (const event of events(response.body as ReadableStream)) {
          take(event.type, event.jobId)
          last = event.id
        }
    } catch (error) {
      // The gateway went away amid the stream; it goes on after the last event that came.
      if (!(error instanceof TypeError || error instanceof DOMException)) throw error
    }
    if (!signal.aborted) await delay(againMs)
  }
}

/** Whole events of a stream; one that is cut off amid is none. */
async function* events(body: ReadableStream): AsyncGenerator<{ id: string; type: string; jobId: string }> {
  let fields: Record<string, string> = {}
  for await (const line of createInterface({ input: Readable.fromWeb(body), crlfDelay: Infinity })) {
    const [, name = '', value = ''] = /^(\w+): ?(.*)$/.exec(line) ?? []
    if (name !== '') fields[name] = value
    if (line !== '' || fields['data'] === undefined) continue
    const { data } = JSON.parse(fields['data']) as { data: { jobId: string } }
    yield { id: fields['id'] ?? '0', type: fields['event'] ?? '', jobId: data.jobId }
    fields = {}
  }
}
