/** Where a site is at the CDN, from the gateway's own registry. */
export interface CdnPlace {
  readonly zone: string
  readonly hosts: readonly string[]
}

/** What somebody wants purged of one site. */
export interface PurgeAsk {
  /** Several may have the same: they are parts of one. */
  readonly id: number
  readonly siteId: string
  readonly place: CdnPlace
  readonly urls: readonly string[]
  /** All that is under the site's hosts. */
  readonly everything: boolean
  /** Prices, stock, and what nobody may see any more. */
  readonly urgent: boolean
}

/** What one request to the CDN purges, and the asks that wait for it. */
export interface PurgeBatch {
  readonly zone: string
  readonly siteId: string
  readonly what: { readonly urls: readonly string[] } | { readonly hosts: readonly string[] }
  readonly asks: readonly PurgeAsk[]
  /** Whether the site's urgent ones are in it. */
  readonly urgent: boolean
}

/** URLs of one site beyond which all of it is purged instead: with one request, whatever is asked for meanwhile. */
const mostUrls = 3_000

/** What waits for the CDN of one site. */
export class SitePurges {
  readonly siteId: string
  #place: CdnPlace
  readonly #urgent = new Map<string, PurgeAsk[]>()
  readonly #usual = new Map<string, PurgeAsk[]>()
  #whole: PurgeAsk[] | undefined

  constructor({ siteId, place }: Pick<PurgeAsk, 'siteId' | 'place'>) {
    this.siteId = siteId
    this.#place = place
  }

  /** Whether all of the site is to be purged. */
  get whole(): boolean {
    return this.#whole !== undefined
  }

  /** URLs that wait, or hosts. */
  get size(): number {
    return this.#whole ? this.#place.hosts.length : this.#urgent.size + this.#usual.size
  }

  has(urgent: boolean): boolean {
    return (urgent ? this.#urgent : this.#usual).size > 0
  }

  add(ask: PurgeAsk): void {
    this.#place = ask.place
    if (this.#whole) this.#whole.push(ask)
    else if (ask.everything) this.#widen(ask)
    else for (const url of ask.urls) this.#addUrl(url, ask)
    if (!this.#whole && this.size > mostUrls) this.#widen()
  }

  takeWhole(): PurgeBatch {
    const asks = this.#whole ?? []
    this.#whole = undefined
    const { zone, hosts } = this.#place
    return { zone, siteId: this.siteId, what: { hosts }, asks, urgent: asks.some(({ urgent }) => urgent) }
  }

  takeUrls(most: number, order: 'urgent first' | 'usual'): PurgeBatch {
    const rows = order === 'usual' ? [this.#usual] : [this.#urgent, this.#usual]
    const urls: string[] = []
    const asks = new Set<PurgeAsk>()
    const urgent = order !== 'usual' && this.#urgent.size > 0
    for (const row of rows) {
      for (const [url, waiting] of row) {
        if (urls.length >= most) break
        row.delete(url)
        urls.push(url)
        for (const ask of waiting) asks.add(ask)
      }
    }
    return { zone: this.#place.zone, siteId: this.siteId, what: { urls }, asks: [...asks], urgent }
  }

  #addUrl(url: string, ask: PurgeAsk): void {
    const waiting = [...(this.#urgent.get(url) ?? []), ...(this.#usual.get(url) ?? [])]
    const urgent = ask.urgent || this.#urgent.has(url)
    const row = urgent ? this.#urgent : this.#usual
    if (urgent) this.#usual.delete(url)
    row.set(url, [...waiting, ask])
  }

  /** One purge of all stands for every URL that waits. */
  #widen(ask?: PurgeAsk): void {
    const waiting = new Set([...this.#urgent.values(), ...this.#usual.values()].flat())
    if (ask) waiting.add(ask)
    this.#urgent.clear()
    this.#usual.clear()
    this.#whole = [...waiting]
  }
}
