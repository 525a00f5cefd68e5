import type { ErrorCode } from '@platen/protocol'
import type { PurgeAsk, PurgeWhat } from '../domain/site-purges.ts'
import type { PurgeOutcome } from '../ports/purge-desk.ts'

/** What the CDN does not take is asked for again for so long. */
const patienceMs = 10 * 60_000
/** What an ask takes of memory, about, and a URL or tag beside its own letters: it waits here and in its site's row. */
const askBytes = 1_000
const nameBytes = 300

/** An ask until all of it is purged or it is given up. */
export class OpenAsk {
  readonly outcome: Promise<PurgeOutcome>
  readonly #head: Omit<PurgeAsk, 'urls' | 'tags' | 'everything'>
  readonly #since: number
  /** URLs and tags that are still to be purged, of which none is both; undefined where it is everything. */
  #rest: Set<string> | undefined
  #bytes: number
  #settle: (outcome: PurgeOutcome) => void = () => undefined
  #isDone = false
  #delayed: ((code: ErrorCode) => void) | undefined

  /** `delayed` hears of the first failure. */
  constructor({ urls, tags = [], everything, ...head }: PurgeAsk, nowMs: number, delayed?: (code: ErrorCode) => void) {
    this.#head = head
    this.#delayed = delayed
    this.#since = nowMs
    this.#rest = everything ? undefined : new Set([...urls, ...tags])
    this.#bytes = bytesOf([...(this.#rest ?? [])])
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

  /** A purge of all of the site is on its way for it: what it named is of no more use. */
  widen(): void {
    this.#rest = undefined
    this.#bytes = askBytes
  }

  /** A purge of all covers whatever of it is still on its way: that one was asked for earlier. */
  purged(what: PurgeWhat): void {
    const names = namesOf(what)
    for (const name of names ?? []) this.#rest?.delete(name)
    if (!names || this.#rest?.size === 0) this.#end({ outcome: 'purged' })
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
    const names = namesOf(what)
    if (!names) return { ...this.#head, urls: [], everything: true }
    const left = names.filter(name => this.#rest?.has(name))
    if (left.length === 0) return undefined
    return { ...this.#head, ...('tags' in what ? { urls: [], tags: left } : { urls: left }), everything: false }
  }

  #end(outcome: PurgeOutcome): void {
    this.#isDone = true
    this.#settle(outcome)
  }
}

/** What an ask for these will take of memory, about. */
export function bytesOf(names: readonly string[]): number {
  return names.reduce((sum, name) => sum + name.length + nameBytes, askBytes)
}

/** URLs or tags that a request names; undefined where it is of all. */
function namesOf(what: PurgeWhat): readonly string[] | undefined {
  if ('urls' in what) return what.urls
  return 'tags' in what ? what.tags : undefined
}

/** An ask that is not tried again. */
export function failedForGood(code: ErrorCode): PurgeOutcome {
  return { outcome: 'failed', code }
}
