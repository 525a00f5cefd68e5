import type { CdnLimits } from './cdn-limits.ts'
import { RestingSites } from './resting-sites.ts'
import { SitePurges, type PurgeAsk, type PurgeBatch, type PurgeOrder } from './site-purges.ts'
import { TokenFund } from './token-fund.ts'

/** Of so many batches in a row, the last is of what is not urgent: there is always something urgent somewhere. */
const turns = 4

/**
 * What waits for the CDN under one account, whose limits all its zones share. Sites have their turn one after another, so that
 * one with a hundred times as much to purge holds up no other; within a site each URL waits once, however often it is asked for.
 */
export class PurgeQueue {
  readonly #limits: CdnLimits
  readonly #urls: TokenFund
  readonly #wide: TokenFund
  readonly #requests: TokenFund
  readonly #resting = new RestingSites()
  /** In the order of their turns. A site that moves to another place waits at both: what was asked of the old one is purged there. */
  readonly #sites = new Map<string, SitePurges>()
  #turn = 0

  constructor(limits: CdnLimits, nowMs: number) {
    this.#limits = limits
    this.#urls = new TokenFund(limits.urls, nowMs)
    this.#wide = new TokenFund(limits.wide, nowMs)
    this.#requests = new TokenFund(limits.requests, nowMs)
  }

  /** Answers the ids of the asks that a purge of all of their site now stands for. */
  add(ask: PurgeAsk): readonly number[] {
    if (ask.urls.length === 0 && !ask.everything) return []
    const { siteId, place } = ask
    const key = JSON.stringify([siteId, place.zone, place.hosts, place.folder])
    const site = this.#sites.get(key) ?? new SitePurges(key, place)
    this.#sites.set(key, site)
    return site.add(ask)
  }

  /** The next request that the limits allow now, or in how many milliseconds to ask again; undefined where nothing waits. */
  next(nowMs: number): PurgeBatch | number | undefined {
    if (this.#sites.size === 0) return undefined
    const requestMs = this.#requests.waitMs(1, nowMs)
    if (requestMs > 0) return requestMs
    const wide = this.#wideBatch(nowMs)
    if (typeof wide === 'object') return wide
    const some = this.#urlBatch(nowMs)
    if (typeof some === 'object') return some
    const waits = [wide, some, this.#resting.waitMs(this.#sites.keys(), nowMs)]
    return Math.max(1, Math.min(...waits.filter(wait => wait !== undefined)))
  }

  /** The CDN says that the limit is reached: others spend from it too. */
  limited(batch: PurgeBatch, nowMs: number): void {
    ;('urls' in batch.what ? this.#urls : this.#wide).empty(nowMs)
  }

  /** In how many milliseconds there is one, where there is none yet, and undefined where no site wants any. */
  #wideBatch(nowMs: number): PurgeBatch | number | undefined {
    const site = this.#first(nowMs, each => each.whole)
    if (!site) return undefined
    const waitMs = this.#wide.waitMs(1, nowMs)
    if (waitMs > 0) return waitMs
    this.#wide.take(1, nowMs)
    return this.#turned(site, site.takeWhole(), nowMs)
  }

  /** As above. A batch waits until it may be whole: a token that is spent at once is a request of one URL. */
  #urlBatch(nowMs: number): PurgeBatch | number | undefined {
    const usualTurn = this.#turn === turns - 1
    const pick = (urgent: boolean): SitePurges | undefined => this.#first(nowMs, each => !each.whole && each.has(urgent))
    const site = pick(!usualTurn) ?? pick(usualTurn)
    if (!site) return undefined
    const order: PurgeOrder = usualTurn && site.has(false) ? 'usual' : 'urgent first'
    const count = Math.min(this.#limits.operations, this.#limits.urls.burst, site.waiting(order))
    const waitMs = this.#urls.waitMs(count, nowMs)
    if (waitMs > 0) return waitMs
    this.#turn = (this.#turn + 1) % turns
    this.#urls.take(count, nowMs)
    return this.#turned(site, site.takeUrls(count, order), nowMs)
  }

  /** The first in the row that has something to send: a site that has just had its turn puts together what it wants meanwhile. */
  #first(nowMs: number, is: (site: SitePurges) => boolean): SitePurges | undefined {
    for (const site of this.#sites.values()) if (is(site) && (this.#isFull(site) || !this.#resting.has(site.key, nowMs))) return site
    return undefined
  }

  /** Nothing more would go into its next request. */
  #isFull(site: SitePurges): boolean {
    return !site.whole && site.size >= this.#limits.operations
  }

  /** Whose turn it was goes to the end of the row. */
  #turned(site: SitePurges, batch: PurgeBatch, nowMs: number): PurgeBatch {
    this.#requests.take(1, nowMs)
    this.#resting.add(site.key, nowMs)
    this.#sites.delete(site.key)
    if (site.size > 0) this.#sites.set(site.key, site)
    return batch
  }
}
