import type { CdnLimits } from './cdn-limits.ts'
import { SitePurges, type PurgeAsk, type PurgeBatch } from './site-purges.ts'
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
  /** In the order of their turns. A site that moves to another place waits at both: what was asked of the old one is purged there. */
  readonly #sites = new Map<string, SitePurges>()
  #turn = 0

  constructor(limits: CdnLimits, nowMs: number) {
    this.#limits = limits
    this.#urls = new TokenFund(limits.urls, nowMs)
    this.#wide = new TokenFund(limits.wide, nowMs)
  }

  /** URLs and hosts that wait. */
  get size(): number {
    return [...this.#sites.values()].reduce((sum, site) => sum + site.size, 0)
  }

  /** Answers the ids of the asks that a purge of all of their site now stands for. */
  add(ask: PurgeAsk): readonly number[] {
    if (ask.urls.length === 0 && !ask.everything) return []
    const { siteId, place } = ask
    const key = JSON.stringify([siteId, place.zone, place.hosts])
    const site = this.#sites.get(key) ?? new SitePurges(key, place)
    this.#sites.set(key, site)
    return site.add(ask)
  }

  /** The next request that the limits allow now, or in how many milliseconds to ask again; undefined where nothing waits. */
  next(nowMs: number): PurgeBatch | number | undefined {
    if (this.#sites.size === 0) return undefined
    const batch = this.#wideBatch(nowMs) ?? this.#urlBatch(nowMs)
    if (batch) return batch
    const waits = [...this.#sites.values()].map(site => (site.whole ? this.#wide : this.#urls).waitMs(1, nowMs))
    return Math.max(1, Math.min(...waits))
  }

  /** The CDN says that the limit is reached: others spend from it too. */
  limited(batch: PurgeBatch, nowMs: number): void {
    ;('urls' in batch.what ? this.#urls : this.#wide).empty(nowMs)
  }

  #wideBatch(nowMs: number): PurgeBatch | undefined {
    if (this.#wide.left(nowMs) < 1) return undefined
    const site = this.#first(each => each.whole)
    if (!site) return undefined
    this.#wide.take(1, nowMs)
    return this.#turned(site, site.takeWhole())
  }

  #urlBatch(nowMs: number): PurgeBatch | undefined {
    const most = Math.min(this.#limits.operations, this.#urls.left(nowMs))
    if (most < 1) return undefined
    const usualTurn = this.#turn === turns - 1
    const pick = (urgent: boolean): SitePurges | undefined => this.#first(each => !each.whole && each.has(urgent))
    const site = pick(!usualTurn) ?? pick(usualTurn)
    if (!site) return undefined
    this.#turn = (this.#turn + 1) % turns
    const batch = site.takeUrls(most, usualTurn && site.has(false) ? 'usual' : 'urgent first')
    this.#urls.take('urls' in batch.what ? batch.what.urls.length : 0, nowMs)
    return this.#turned(site, batch)
  }

  #first(is: (site: SitePurges) => boolean): SitePurges | undefined {
    for (const site of this.#sites.values()) if (is(site)) return site
    return undefined
  }

  /** Whose turn it was goes to the end of the row. */
  #turned(site: SitePurges, batch: PurgeBatch): PurgeBatch {
    this.#sites.delete(site.key)
    if (site.size > 0) this.#sites.set(site.key, site)
    return batch
  }
}
