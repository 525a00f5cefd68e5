import { WaitingNames, type PurgeOrder } from './waiting-names.ts'

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
  /** As pages have them, with the site's prefix. */
  readonly tags?: readonly string[]
  /** All that is under the site's hosts, or under its folder there. */
  readonly everything: boolean
  /** Prices, stock, and what nobody may see any more. */
  readonly urgent: boolean
}

/**
 * What one request to the CDN purges: URLs one by one, all that is under hosts, all whose address begins so (`host/folder/`), or all
 * pages that have one of these tags.
 */
export type PurgeWhat =
  | { readonly urls: readonly string[] }
  | { readonly hosts: readonly string[] }
  | { readonly prefixes: readonly string[] }
  | { readonly tags: readonly string[] }

/** One request to the CDN, and the asks that wait for it, each once. */
export interface PurgeBatch {
  readonly zone: string
  readonly what: PurgeWhat
  readonly ids: readonly number[]
}

/** URLs of one site beyond which all of it is purged instead: with one request, whatever is asked for meanwhile. */
const mostUrls = 3_000

/** What waits for the CDN of one site, where it is at one place. Asks wait by their ids: parts of one are one. */
export class SitePurges {
  readonly key: string
  readonly #place: CdnPlace
  #urls = new WaitingNames()
  #tags = new WaitingNames()
  #whole: Set<number> | undefined

  constructor(key: string, place: CdnPlace) {
    this.key = key
    this.#place = place
  }

  /** Whether all of the site is to be purged. */
  get whole(): boolean {
    return this.#whole !== undefined
  }

  get urls(): Pick<WaitingNames, 'size' | 'waiting' | 'has'> {
    return this.#urls
  }

  get tags(): Pick<WaitingNames, 'size' | 'has'> {
    return this.#tags
  }

  /** Answers the asks that now wait for a purge of all: what they named need not be known any more. */
  add({ id, urls, tags = [], everything, urgent }: Omit<PurgeAsk, 'siteId' | 'place'>): readonly number[] {
    if (this.#whole) {
      this.#whole.add(id)
      return [id]
    }
    if (everything) return this.#widen(id)
    for (const url of urls) this.#urls.add(url, id, urgent)
    for (const tag of tags) this.#tags.add(tag, id, urgent)
    return this.#urls.size > mostUrls ? this.#widen() : []
  }

  takeWhole(): PurgeBatch {
    const ids = [...(this.#whole ?? [])]
    this.#whole = undefined
    const { zone, hosts, folder } = this.#place
    return { zone, what: folder === undefined ? { hosts } : { prefixes: hosts.map(host => `${host}${folder}`) }, ids }
  }

  takeUrls(most: number, order: PurgeOrder): PurgeBatch {
    const { names: urls, ids } = this.#urls.take(most, order)
    return { zone: this.#place.zone, what: { urls }, ids }
  }

  takeTags(most: number): PurgeBatch {
    const { names: tags, ids } = this.#tags.take(most, 'urgent first')
    return { zone: this.#place.zone, what: { tags }, ids }
  }

  /** One purge of all stands for everything that waits. */
  #widen(id?: number): readonly number[] {
    const whole = new Set(id === undefined ? [] : [id])
    for (const names of [this.#urls, this.#tags]) for (const each of names.take(Infinity, 'urgent first').ids) whole.add(each)
    this.#whole = whole
    return [...whole]
  }
}
