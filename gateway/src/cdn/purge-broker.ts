import type { ErrorCode } from '@platen/protocol'
import { PurgeQueue } from '../domain/purge-queue.ts'
import type { PurgeAsk, PurgeBatch } from '../domain/site-purges.ts'
import type { Cdn, CdnAnswer } from '../ports/cdn.ts'
import type { Clock } from '../ports/clock.ts'
import type { PurgeOutcome } from '../ports/purge-desk.ts'
import { bytesOf, failedForGood, OpenAsk } from './open-ask.ts'

/** Requests to the CDN at once: each zone needs one of its own, and takes a fraction of a second. */
const mostAtOnce = 50
/** What waits under one account takes so much memory, about; whoever asks beyond it is told to come again. */
const mostBytes = 67_108_864
/** Tags, which may wait for long, leave the other half to URLs. */
const mostBytesWithTags = mostBytes / 2
/** Full jitter between these, doubling with each failure in a row, after which the whole account waits. */
const backoff = { firstMs: 500, capMs: 30_000 }

/** Brings what sites want purged to one account of a CDN: within its limits, each site in its turn, until it is done. */
export class PurgeBroker {
  readonly #cdn: Cdn
  readonly #clock: Clock
  readonly #queue: PurgeQueue
  readonly #open = new Map<number, OpenAsk>()
  #lastId = 0
  #running = 0
  #failures = 0
  #bytes = 0
  /** Each is a timer: a clock that somebody sets makes none of them longer. */
  readonly #pauses = new Set<() => void>()
  /** The same of what is not of URLs. */
  readonly #holds = new Set<() => void>()
  #timer: (() => void) | undefined
  #closed = false

  constructor({ cdn, clock }: { readonly cdn: Cdn; readonly clock: Clock }) {
    this.#cdn = cdn
    this.#clock = clock
    this.#queue = new PurgeQueue(cdn.limits, clock.now())
  }

  /** As PurgeDesk has it. */
  purge(wanted: Omit<PurgeAsk, 'id'>, delayed?: (code: ErrorCode) => void): Promise<PurgeOutcome> {
    if (this.#closed) return Promise.resolve(failedForGood('gateway.draining'))
    const { urls, tags = [] } = wanted
    const most = tags.length > 0 ? mostBytesWithTags : mostBytes
    if (this.#bytes + bytesOf([...urls, ...tags]) > most) return Promise.resolve(failedForGood('rate.limited'))
    const ask: PurgeAsk = { ...wanted, id: ++this.#lastId, urls: [...new Set(urls)], tags: [...new Set(tags)] }
    const open = new OpenAsk(ask, this.#clock.now(), delayed)
    if (!open.isDone) {
      this.#open.set(ask.id, open)
      this.#bytes += open.bytes
      this.#add(ask)
      this.#work()
    }
    return open.outcome
  }

  /** Asks for nothing more; whoever waits is told so. */
  close(): void {
    this.#closed = true
    this.#timer?.()
    for (const end of [...this.#pauses, ...this.#holds]) end()
    for (const open of this.#open.values()) open.fail('gateway.draining')
    this.#open.clear()
  }

  /** Sends what the limits allow, and comes again when they allow more. */
  #work(): void {
    this.#timer?.()
    this.#timer = undefined
    while (!this.#closed && this.#pauses.size === 0 && this.#running < mostAtOnce) {
      const next = this.#queue.next(this.#clock.now())
      if (next === undefined) return
      if (typeof next === 'number') {
        this.#timer = this.#clock.after(next, () => this.#work())
        return
      }
      void this.#send(next)
    }
  }

  async #send(batch: PurgeBatch): Promise<void> {
    this.#running += 1
    const answer = await this.#answer(batch)
    this.#running -= 1
    if (this.#closed) return
    this.#take(batch, answer)
    this.#work()
  }

  /** Nobody waits for this but those who asked: one that rejects would end the gateway. */
  async #answer({ zone, what }: PurgeBatch): Promise<CdnAnswer> {
    try {
      return await this.#cdn.purge(zone, what)
    } catch {
      return { outcome: 'failed', code: 'cdn.unavailable', again: true }
    }
  }

  #take(batch: PurgeBatch, answer: CdnAnswer): void {
    if (answer.outcome === 'purged') {
      this.#failures = 0
      this.#each(batch, open => open.purged(batch.what))
    } else if (answer.outcome === 'failed' && !answer.again) {
      this.#each(batch, open => open.fail(answer.code))
    } else {
      this.#pause(batch, answer)
      this.#each(batch, open => this.#again(open, batch, answer.outcome === 'failed' ? answer.code : 'rate.limited'))
    }
  }

  /** The account as a whole waits: what one request meets, the next one meets too. A limit is that of URLs, or of all others. */
  #pause(batch: PurgeBatch, answer: Exclude<CdnAnswer, { outcome: 'purged' }>): void {
    const capMs = Math.min(backoff.capMs, backoff.firstMs * 2 ** this.#failures)
    this.#failures += 1
    const isWideLimit = answer.outcome === 'limited' && !('urls' in batch.what)
    if (answer.outcome === 'limited') this.#queue.limited(batch, this.#clock.now())
    if (isWideLimit) return this.#holdWide(answer.afterMs)
    const waitMs = answer.outcome === 'limited' ? answer.afterMs : this.#clock.random() * capMs
    const end = this.#clock.after(waitMs, () => {
      this.#pauses.delete(end)
      this.#work()
    })
    this.#pauses.add(end)
  }

  /** URLs go on: a limit that tags have reached is none of theirs. */
  #holdWide(ms: number): void {
    const release = this.#queue.holdWide()
    const end = this.#clock.after(ms, () => {
      this.#holds.delete(end)
      release()
      this.#work()
    })
    this.#holds.add(end)
  }

  #again(open: OpenAsk, batch: PurgeBatch, code: ErrorCode): void {
    const rest = open.again(batch.what, code, this.#clock.now())
    if (rest) this.#add(rest)
  }

  #add(ask: PurgeAsk): void {
    for (const id of this.#queue.add(ask)) this.#counted(id, open => open.widen())
  }

  #each({ ids }: PurgeBatch, what: (open: OpenAsk) => void): void {
    for (const id of ids) this.#counted(id, what)
  }

  /** Does something with an ask that is open, and counts what it takes of memory afterwards. */
  #counted(id: number, what: (open: OpenAsk) => void): void {
    const open = this.#open.get(id)
    if (!open) return
    const before = open.bytes
    what(open)
    if (open.isDone) this.#open.delete(id)
    this.#bytes += (open.isDone ? 0 : open.bytes) - before
  }
}
