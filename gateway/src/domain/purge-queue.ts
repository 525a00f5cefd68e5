import type { CdnLimits } from './cdn-limits.ts'
import { RestingSites } from './resting-sites.ts'
import { SitePurges, type PurgeAsk, type PurgeBatch } from './site-purges.ts'
import { TagRow } from './tag-row.ts'
import { TokenFund } from './token-fund.ts'
import type { PurgeOrder } from './waiting-names.ts'

/** Of so many batches in a row, the last is of what is not urgent: there is always something urgent somewhere. */
const turns = 4
/** How long a site rests after a request of URLs, or of all. */
const restMs = 500
/** Of what may be asked for at once by host, prefix or tag, usual tags leave this share to whoever can't wait. */
const reserved = 0.8

/**
 * What waits for the CDN under one account, whose limits all its zones share. Sites have their turn one after another, so that
 * one with a hundred times as much to purge holds up no other; within a site each URL waits once, however often it is asked for.
 *
 * Tags have turns of their own: urgent ones beside purges of all of a site, the others when nothing else may go.
 */
export class PurgeQueue {
  readonly #limits: CdnLimits
  readonly #urls: TokenFund
  readonly #wide: TokenFund
  readonly #requests: TokenFund
  readonly #resting = new RestingSites(restMs)
  /**
   * Those of which URLs wait, or all, in the order of their turns. A site that moves to another place waits at both: what was
   * asked of the old one is purged there.
   */
  readonly #sites = new Map<string, SitePurges>()
  readonly #tagged = new TagRow()
  #turn = 0
  #isTagsTurn = false
  /** Answers of the CDN that nothing by host, prefix or tag may be asked for now. */
  #holds = 0

  constructor(limits: CdnLimits, nowMs: number) {
    this.#limits = limits
    this.#urls = new TokenFund(limits.urls, nowMs)
    this.#wide = new TokenFund(limits.wide, nowMs)
    this.#requests = new TokenFund(limits.requests, nowMs)
  }

  /** Answers the ids of the asks that a purge of all of their site now stands for. */
  add(ask: PurgeAsk): readonly number[] {
    const { siteId, place, tags = [] } = ask
    if (ask.urls.length === 0 && tags.length === 0 && !ask.everything) return []
    const key = JSON.stringify([siteId, place.zone, place.hosts, place.folder])
    const site = this.#sites.get(key) ?? this.#tagged.of(key) ?? new SitePurges(key, place)
    const widened = site.add(ask)
    this.#keep(site)
    return widened
  }

  /**
   * The next request that the limits allow now, or in how many milliseconds to ask again; undefined where nothing may go until one is
   * added or released.
   */
  next(nowMs: number): PurgeBatch | number | undefined {
    if (this.#sites.size === 0 && this.#tagged.size === 0) return undefined
    const requestMs = this.#requests.waitMs(1, nowMs)
    if (requestMs > 0) return requestMs
    const wide = this.#wideBatch(nowMs)
    if (typeof wide === 'object') return wide
    const some = this.#urlBatch(nowMs)
    if (typeof some === 'object') return some
    const tags = this.#tagBatch(nowMs)
    if (typeof tags === 'object') return tags
    const rests = [this.#resting.waitMs(this.#sites.keys(), nowMs), this.#holds > 0 ? undefined : this.#tagged.waitMs(nowMs)]
    const waits = [wide, some, tags, ...rests].filter(wait => wait !== undefined)
    return waits.length === 0 ? undefined : Math.max(1, Math.min(...waits))
  }

  /** The CDN says that the limit is reached: others spend from it too. */
  limited(batch: PurgeBatch, nowMs: number): void {
    ;('urls' in batch.what ? this.#urls : this.#wide).empty(nowMs)
  }

  /** Nothing by host, prefix or tag goes until the answer is called; URLs do, whose limit is another. */
  holdWide(): () => void {
    this.#holds += 1
    return () => {
      this.#holds -= 1
    }
  }

  /** In how many milliseconds there is one, where there is none yet, and undefined where no site wants any. */
  #wideBatch(nowMs: number): PurgeBatch | number | undefined {
    if (this.#holds > 0) return undefined
    const whole = this.#first(nowMs, each => each.whole)
    const tagged = this.#tagged.first('urgent', nowMs)
    const site = this.#isTagsTurn ? (tagged ?? whole) : (whole ?? tagged)
    if (!site) return undefined
    const waitMs = this.#wide.waitMs(1, nowMs)
    if (waitMs > 0) return waitMs
    this.#isTagsTurn = site !== tagged
    this.#wide.take(1, nowMs)
    return site === tagged ? this.#tagsTurned(site, 'urgent', nowMs) : this.#turned(site, site.takeWhole(), nowMs)
  }

  /** As above. A batch waits until it may be whole: a token that is spent at once is a request of one URL. */
  #urlBatch(nowMs: number): PurgeBatch | number | undefined {
    const usualTurn = this.#turn === turns - 1
    const pick = (urgent: boolean): SitePurges | undefined => this.#first(nowMs, each => !each.whole && each.urls.has(urgent))
    const site = pick(!usualTurn) ?? pick(usualTurn)
    if (!site) return undefined
    const order: PurgeOrder = usualTurn && site.urls.has(false) ? 'usual' : 'urgent first'
    const count = Math.min(this.#limits.operations, this.#limits.urls.burst, site.urls.waiting(order))
    const waitMs = this.#urls.waitMs(count, nowMs)
    if (waitMs > 0) return waitMs
    this.#turn = (this.#turn + 1) % turns
    this.#urls.take(count, nowMs)
    return this.#turned(site, site.takeUrls(count, order), nowMs)
  }

  /** As above, of tags that are not urgent: from what the account may ask for beyond what is reserved. */
  #tagBatch(nowMs: number): PurgeBatch | number | undefined {
    const site = this.#holds > 0 ? undefined : this.#tagged.first('usual', nowMs)
    if (!site) return undefined
    const { burst } = this.#limits.wide
    const waitMs = this.#wide.waitMs(Math.min(burst, Math.floor(burst * reserved) + 1), nowMs)
    if (waitMs > 0) return waitMs
    this.#wide.take(1, nowMs)
    return this.#tagsTurned(site, 'usual', nowMs)
  }

  /** The first in the row that has something to send: a site that has just had its turn puts together what it wants meanwhile. */
  #first(nowMs: number, is: (site: SitePurges) => boolean): SitePurges | undefined {
    for (const site of this.#sites.values()) if (is(site) && (this.#isFull(site) || !this.#resting.has(site.key, nowMs))) return site
    return undefined
  }

  /** Nothing more would go into its next request. */
  #isFull(site: SitePurges): boolean {
    return !site.whole && site.urls.size >= this.#limits.operations
  }

  /** Whose turn it was goes to the end of the row. */
  #turned(site: SitePurges, batch: PurgeBatch, nowMs: number): PurgeBatch {
    this.#requests.take(1, nowMs)
    this.#resting.add(site.key, nowMs)
    this.#sites.delete(site.key)
    this.#keep(site)
    return batch
  }

  #tagsTurned(site: SitePurges, urgency: 'urgent' | 'usual', nowMs: number): PurgeBatch {
    const batch = site.takeTags(this.#limits.operations)
    this.#requests.take(1, nowMs)
    this.#tagged.turned(site, urgency, nowMs)
    this.#keep(site)
    return batch
  }

  /** In the rows of what it wants, at the place that it has there. */
  #keep(site: SitePurges): void {
    if (site.whole || site.urls.size > 0) this.#sites.set(site.key, site)
    else this.#sites.delete(site.key)
    this.#tagged.keep(site)
  }
}
