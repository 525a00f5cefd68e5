import type { ErrorCode } from '@platen/protocol'
import type { PurgeAsk, PurgeWhat } from '../domain/site-purges.ts'
import type { PurgeOutcome } from '../ports/purge-desk.ts'

/** What the CDN does not take is asked for again for so long. */
const patienceMs = 10 * 60_000
/** What an ask takes of memory, about, and a URL beside its own letters: it waits here and in its site's row. */
const askBytes = 1_000
const urlBytes = 300

/** An ask until all of it is purged or it is given up. */
export class OpenAsk {
  readonly outcome: Promise<PurgeOutcome>
  readonly #head: Omit<PurgeAsk, 'urls' | 'everything'>
  readonly #since: number
  /** What is still to be purged; undefined where it is everything. */
  #rest: Set<string> | undefined
  #bytes: number
  #settle: (outcome: PurgeOutcome) => void = () => undefined
  #isDone = false
  #delayed: ((code: ErrorCode) => void) | undefined

  /** `delayed` hears of the first failure. */
  constructor({ urls, everything, ...head }: PurgeAsk, nowMs: number, delayed?: (code: ErrorCode) => void) {
    this.#head = head
    this.#delayed = delayed
    this.#since = nowMs
    this.#rest = everything ? undefined : new Set(urls)
    this.#bytes = bytesOf(everything ? [] : urls)
    this.outcome = new Promise(resolve => {
      this.#settle = resolve
    })
    if (this.#rest?.size === 0) this.#end({ outcome: 'purged' })
  }

  get isDone(): boolean {
    return this.#isDone
  }

  /** What it takes of memory, about. */
  get bytes(): number {
    return this.#bytes
  }

  /** A purge of all of the site is on its way for it: which URLs it named is of no more use. */
  widen(): void {
    this.#rest = undefined
    this.#bytes = askBytes
  }

  /** A purge of all covers whatever of it is still on its way: that one was asked for earlier. */
  purged(what: PurgeWhat): void {
    if ('urls' in what) for (const url of what.urls) this.#rest?.delete(url)
    if (!('urls' in what) || this.#rest?.size === 0) this.#end({ outcome: 'purged' })
  }

  fail(code: ErrorCode): void {
    this.#end(failedForGood(code))
  }

  /** What of a request that failed is to be asked for again; undefined where that is nothing, or it is given up. */
  again(what: PurgeWhat, code: ErrorCode, nowMs: number): PurgeAsk | undefined {
    if (nowMs - this.#since > patienceMs) {
      this.fail(code)
      return undefined
    }
    this.#delayed?.(code)
    this.#delayed = undefined
    if (!('urls' in what)) return { ...this.#head, urls: [], everything: true }
    const urls = what.urls.filter(url => this.#rest?.has(url))
    return urls.length === 0 ? undefined : { ...this.#head, urls, everything: false }
  }

  #end(outcome: PurgeOutcome): void {
    this.#isDone = true
    this.#settle(outcome)
  }
}

/** What an ask for these will take of memory, about. */
export function bytesOf(urls: readonly string[]): number {
  return urls.reduce((sum, url) => sum + url.length + urlBytes, askBytes)
}

/** An ask that is not tried again. */
export function failedForGood(code: ErrorCode): PurgeOutcome {
  return { outcome: 'failed', code }
}
