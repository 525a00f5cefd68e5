/** One server-sent event. */
export interface Received {
  readonly id: string
  readonly event: string
  readonly data: Readonly<Record<string, unknown>>
}

/** Reads server-sent events from an answer, one at a time. */
export class EventReader {
  readonly status: number
  readonly headers: Headers
  readonly #abort: AbortController
  readonly #reader: ReadableStreamDefaultReader<string> | undefined
  #text = ''

  private constructor(response: Response, abort: AbortController) {
    this.status = response.status
    this.headers = response.headers
    this.#abort = abort
    this.#reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  }

  /** Follows an address; whatever it waits for, it waits no longer than five seconds. */
  static async open(url: string, token: string, headers: Readonly<Record<string, string>> = {}): Promise<EventReader> {
    const abort = new AbortController()
    const signal = AbortSignal.any([abort.signal, AbortSignal.timeout(5_000)])
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}`, ...headers }, signal })
    return new EventReader(response, abort)
  }

  /** The next event; undefined when the stream has ended. Comments are passed over. */
  async next(): Promise<Received | undefined> {
    for (;;) {
      const block = await this.#block()
      if (block === undefined) return undefined
      const lines = Object.fromEntries(block.split('\n').map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]))
      if (lines['data'] === undefined) continue
      return { id: lines['id'] ?? '', event: lines['event'] ?? '', data: JSON.parse(lines['data']) as Received['data'] }
    }
  }

  /** So many events. */
  async take(count: number): Promise<Received[]> {
    const taken: Received[] = []
    while (taken.length < count) {
      const event = await this.next()
      if (!event) throw new Error(`the stream ended after ${taken.length} events`)
      taken.push(event)
    }
    return taken
  }

  /** Whatever comes next, comments too; undefined when the stream has ended. */
  async #block(): Promise<string | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n\n')
      if (end >= 0) {
        const block = this.#text.slice(0, end)
        this.#text = this.#text.slice(end + 2)
        return block
      }
      const read = await this.#reader?.read()
      if (!read || read.done) return undefined
      this.#text += read.value
    }
  }

  /** The next block as it is on the wire. */
  comment(): Promise<string | undefined> {
    return this.#block()
  }

  close(): void {
    this.#abort.abort()
  }
}
