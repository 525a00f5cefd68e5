import type { ServerResponse } from 'node:http'
import type { SiteEvent } from '../ports/jobs.ts'
import { iso, type HttpParts } from './context.ts'

/** What a stream shows. */
export interface StreamOf {
  readonly accountId: string
  /** Of the token that asked: the stream ends when it is revoked. */
  readonly tokenHash: string
  readonly siteId?: string
  readonly jobId?: string
  /** Sequence after which it starts. */
  readonly after: number
}

const heartbeatMs = 15_000
/** The store is asked this often even without a hint, since hints may be lost. */
const pollMs = 1_000
const batch = 200
/** A reader that takes nothing for so long is let go; it resumes by Last-Event-ID. */
const stuckMs = 15_000
const ending = new Set(['job.succeeded', 'job.failed', 'job.cancelled', 'job.expired'])

/** Writes events as they come: server-sent events whose id is the sequence and whose data is a CloudEvent. Ends with its reader, and when the gateway leaves. */
export function streamEvents(response: ServerResponse, of: StreamOf, parts: HttpParts, leaving: AbortSignal): void {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
  })
  response.flushHeaders()
  new EventStream(response, of, parts).start(leaving)
}

class EventStream {
  readonly #response: ServerResponse
  readonly #of: StreamOf
  readonly #parts: HttpParts
  #after: number
  #busy = false
  #again = false
  #heardAt: number
  #waitingSince: number | undefined
  #cancel: () => void = () => {}

  constructor(response: ServerResponse, of: StreamOf, parts: HttpParts) {
    this.#response = response
    this.#of = of
    this.#parts = parts
    this.#after = of.after
    this.#heardAt = parts.clock.now()
  }

  start(leaving: AbortSignal): void {
    const unsubscribe = this.#parts.bus.subscribe(hint => {
      if (hint.type !== 'site event') return
      const { siteId = hint.siteId } = this.#of
      if (hint.siteId === siteId) void this.#pump()
    })
    const leave = (): void => void this.#response.end()
    leaving.addEventListener('abort', leave)
    this.#response.once('close', () => {
      leaving.removeEventListener('abort', leave)
      unsubscribe()
      this.#cancel()
    })
    this.#tick()
  }

  get #isOpen(): boolean {
    return !this.#response.destroyed && !this.#response.writableEnded
  }

  #tick(): void {
    const { clock } = this.#parts
    const now = clock.now()
    if (this.#waitingSince !== undefined && now - this.#waitingSince >= stuckMs) this.#response.destroy()
    if (now - this.#heardAt >= heartbeatMs && this.#isOpen) {
      this.#heardAt = now
      this.#response.write(': still here\n\n')
    }
    void this.#pump()
    if (!this.#response.destroyed) this.#cancel = clock.after(pollMs, () => this.#tick())
  }

  /** Writes what is new; what is asked for meanwhile is done in the same go. */
  async #pump(): Promise<void> {
    this.#again = true
    if (this.#busy) return
    this.#busy = true
    try {
      while (this.#again && this.#isOpen) await this.#writeSome()
    } catch (error) {
      this.#parts.log.error('stream:failed', { error })
      this.#response.destroy()
    } finally {
      this.#busy = false
    }
  }

  async #writeSome(): Promise<void> {
    const { store } = this.#parts
    const { accountId, jobId, tokenHash } = this.#of
    this.#again = false
    if (!(await store.tokens.byHash(tokenHash))) {
      this.#response.end()
      return
    }
    const events = await store.jobs.events(accountId, this.#of, this.#after, batch)
    if (!this.#isOpen) return
    if (events.length > 0) this.#response.write(events.map(text).join(''))
    this.#after = events.at(-1)?.seq ?? this.#after
    this.#again ||= events.length === batch
    if (jobId !== undefined && events.some(({ type }) => ending.has(type))) this.#response.end()
    else if (this.#response.writableNeedDrain) await this.#drained()
  }

  /** Waits for the reader, so that no more than one batch waits in memory. */
  async #drained(): Promise<void> {
    this.#waitingSince = this.#parts.clock.now()
    await new Promise<void>(resolve => {
      const done = (): void => {
        this.#response.off('drain', done).off('close', done)
        resolve()
      }
      this.#response.once('drain', done).once('close', done)
    })
    this.#waitingSince = undefined
  }
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
