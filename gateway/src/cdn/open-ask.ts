import type { ErrorCode } from '@platen/protocol'
import type { PurgeAsk } from '../domain/site-purges.ts'
import type { CdnPurge } from '../ports/cdn.ts'
import type { PurgeOutcome } from '../ports/purge-desk.ts'

/** What the CDN does not take is asked for again for so long. */
const patienceMs = 10 * 60_000

/** An ask until all of it is purged or it is given up. */
export class OpenAsk {
  readonly outcome: Promise<PurgeOutcome>
  readonly #ask: PurgeAsk
  readonly #since: number
  readonly #rest: Set<string>
  #settle: (outcome: PurgeOutcome) => void = () => undefined
  #isDone = false
  #delayed: ((code: ErrorCode) => void) | undefined

  /** `delayed` hears of the first failure. */
  constructor(ask: PurgeAsk, nowMs: number, delayed?: (code: ErrorCode) => void) {
    this.#ask = ask
    this.#delayed = delayed
    this.#since = nowMs
    this.#rest = new Set(ask.urls)
    this.outcome = new Promise(resolve => {
      this.#settle = resolve
    })
    if (this.#rest.size === 0 && !ask.everything) this.#end({ outcome: 'purged' })
  }

  get isDone(): boolean {
    return this.#isDone
  }

  /** A purge of all covers whatever of it is still on its way: that one was asked for earlier. */
  purged(what: CdnPurge): void {
    if ('urls' in what) for (const url of what.urls) this.#rest.delete(url)
    if ('hosts' in what || (this.#rest.size === 0 && !this.#ask.everything)) this.#end({ outcome: 'purged' })
  }

  fail(code: ErrorCode): void {
    this.#end(failedForGood(code))
  }

  /** What of a request that failed is to be asked for again; undefined where it is given up. */
  again(what: CdnPurge, code: ErrorCode, nowMs: number): PurgeAsk | undefined {
    if (nowMs - this.#since > patienceMs) {
      this.fail(code)
      return undefined
    }
    this.#delayed?.(code)
    this.#delayed = undefined
    return 'urls' in what ? { ...this.#ask, urls: what.urls.filter(url => this.#rest.has(url)) } : { ...this.#ask, everything: true }
  }

  #end(outcome: PurgeOutcome): void {
    this.#isDone = true
    this.#settle(outcome)
  }
}

/** An ask that is not tried again. */
export function failedForGood(code: ErrorCode): PurgeOutcome {
  return { outcome: 'failed', code }
}
