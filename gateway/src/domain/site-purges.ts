/** Where a site is at the CDN, from the gateway's own registry. */
export interface CdnPlace {
  readonly zone: string
  readonly hosts: readonly string[]
  /** Path of the site, with a slash at both ends, where it is not all that its hosts have. */
  readonly folder?: string
}

/** What somebody wants purged of one site. */
export interface PurgeAsk {
  /** Several may have the same: they are parts of one. */
  readonly id: number
  readonly siteId: string
  readonly place: CdnPlace
  readonly urls: readonly string[]
  /** All that is under the site's hosts, or under its folder there. */
  readonly everything: boolean
  /** Prices, stock, and what nobody may see any more. */
  readonly urgent: boolean
}

/** What one request to the CDN purges: URLs one by one, or all that is under hosts, or under addresses that begin so (`host/folder/`). */
export type PurgeWhat =
  | { readonly urls: readonly string[] }
  | { readonly hosts: readonly string[] }
  | { readonly prefixes: readonly string[] }

/** One request to the CDN, and the asks that wait for it, each once. */
export interface PurgeBatch {
  readonly zone: string
  readonly what: PurgeWhat
  readonly ids: readonly number[]
}

/** Whose turn it is within a site: what is urgent and then the rest, or the rest alone. */
export type PurgeOrder = 'urgent first' | 'usual'

/** URLs of one site beyond which all of it is purged instead: with one request, whatever is asked for meanwhile. */
const mostUrls = 3_000

/** What waits for the CDN of one site, where it is at one place. Asks wait by their ids: parts of one are one. */
export class SitePurges {
  readonly key: string
  readonly #place: CdnPlace
  readonly #urgent = new Map<string, Set<number>>()
  readonly #usual = new Map<string, Set<number>>()
  #whole: Set<number> | undefined

  constructor(key: string, place: CdnPlace) {
    this.key = key
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

  /** URLs that have their turn. */
  waiting(order: PurgeOrder): number {
    return this.#usual.size + (order === 'usual' ? 0 : this.#urgent.size)
  }

  has(urgent: boolean): boolean {
    return (urgent ? this.#urgent : this.#usual).size > 0
  }

  /** Answers the asks that now wait for a purge of all: what they named need not be known any more. */
  add({ id, urls, everything, urgent }: Pick<PurgeAsk, 'id' | 'urls' | 'everything' | 'urgent'>): readonly number[] {
    if (this.#whole) {
      this.#whole.add(id)
      return [id]
    }
    if (everything) return this.#widen(id)
    for (const url of urls) this.#addUrl(url, id, urgent)
    return this.size > mostUrls ? this.#widen() : []
  }

  takeWhole(): PurgeBatch {
    const ids = [...(this.#whole ?? [])]
    this.#whole = undefined
    const { zone, hosts, folder } = this.#place
    return { zone, what: folder === undefined ? { hosts } : { prefixes: hosts.map(host => `${host}${folder}`) }, ids }
  }

  takeUrls(most: number, order: PurgeOrder): PurgeBatch {
    const rows = order === 'usual' ? [this.#usual] : [this.#urgent, this.#usual]
    const urls: string[] = []
    const ids = new Set<number>()
    for (const row of rows) {
      for (const [url, waiting] of row) {
        if (urls.length >= most) break
        row.delete(url)
        urls.push(url)
        for (const id of waiting) ids.add(id)
      }
    }
    return { zone: this.#place.zone, what: { urls }, ids: [...ids] }
  }

  #addUrl(url: string, id: number, urgent: boolean): void {
    const usual = this.#usual.get(url)
    const waiting = this.#urgent.get(url) ?? usual ?? new Set<number>()
    waiting.add(id)
    if (urgent && usual) this.#usual.delete(url)
    const row = urgent || this.#urgent.has(url) ? this.#urgent : this.#usual
    row.set(url, waiting)
  }

  /** One purge of all stands for every URL that waits. */
  #widen(id?: number): readonly number[] {
    const whole = new Set(id === undefined ? [] : [id])
    for (const row of [this.#urgent, this.#usual]) {
      for (const waiting of row.values()) for (const each of waiting) whole.add(each)
      row.clear()
    }
    this.#whole = whole
    return [...whole]
  }
}
