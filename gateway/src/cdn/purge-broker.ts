import type { ErrorCode } from '@platen/protocol'
import { PurgeQueue } from '../domain/purge-queue.ts'
import type { PurgeAsk, PurgeBatch } from '../domain/site-purges.ts'
import type { Cdn, CdnAnswer } from '../ports/cdn.ts'
import type { Clock } from '../ports/clock.ts'
import type { PurgeOutcome } from '../ports/purge-desk.ts'
import { failedForGood, OpenAsk } from './open-ask.ts'

/** Requests to the CDN at once: each zone needs one of its own, and takes a fraction of a second. */
const mostAtOnce = 50
/** URLs and hosts that wait under one account; whoever asks beyond it is told to come again. */
const mostWaiting = 200_000
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
  #pausedUntil = 0
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
    if (this.#queue.size + wanted.urls.length > mostWaiting) return Promise.resolve(failedForGood('rate.limited'))
    const ask: PurgeAsk = { ...wanted, id: ++this.#lastId, urls: [...new Set(wanted.urls)] }
    const open = new OpenAsk(ask, this.#clock.now(), delayed)
    if (!open.isDone) {
      this.#open.set(ask.id, open)
      this.#queue.add(ask)
      this.#work()
    }
    return open.outcome
  }

  /** Asks for nothing more; whoever waits is told so. */
  close(): void {
    this.#closed = true
    this.#timer?.()
    for (const open of this.#open.values()) open.fail('gateway.draining')
    this.#open.clear()
  }

  /** Sends what the limits allow, and comes again when they allow more. */
  #work(): void {
    this.#timer?.()
    this.#timer = undefined
    while (!this.#closed && this.#running < mostAtOnce) {
      const now = this.#clock.now()
      const next = now < this.#pausedUntil ? this.#pausedUntil - now : this.#queue.next(now)
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

  /** The account as a whole waits: what one request meets, the next one meets too. */
  #pause(batch: PurgeBatch, answer: Exclude<CdnAnswer, { outcome: 'purged' }>): void {
    const now = this.#clock.now()
    const capMs = Math.min(backoff.capMs, backoff.firstMs * 2 ** this.#failures)
    this.#failures += 1
    if (answer.outcome === 'limited') this.#queue.limited(batch, now)
    const waitMs = answer.outcome === 'limited' ? answer.afterMs : this.#clock.random() * capMs
    this.#pausedUntil = Math.max(this.#pausedUntil, now + waitMs)
  }

  #again(open: OpenAsk, batch: PurgeBatch, code: ErrorCode): void {
    const rest = open.again(batch.what, code, this.#clock.now())
    if (rest) this.#queue.add(rest)
  }

  #each({ asks }: PurgeBatch, what: (open: OpenAsk) => void): void {
    for (const { id } of asks) {
      const open = this.#open.get(id)
      if (open) what(open)
      if (open?.isDone) this.#open.delete(id)
    }
  }
}
