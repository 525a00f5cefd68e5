import { limits } from '@platen/protocol'
import type { Page } from '../ports/page.ts'

/** Makes a page of items that come one by one: no longer than was asked for and, one item apart, no larger than a page may be. */
export class PageFiller<Item extends { readonly id: string }> {
  readonly #limit: number
  readonly #items: Item[] = []
  #bytes = 0
  #hasMore = false

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Takes an item that is stored in so many bytes, if there is room for it; false where the page is done. */
  take(item: () => Item, bytes: number): boolean {
    this.#bytes += bytes
    this.#hasMore = this.#items.length > 0 && (this.#items.length === this.#limit || this.#bytes > limits.job.pageBytes)
    if (!this.#hasMore) this.#items.push(item())
    return !this.#hasMore
  }

  page(): Page<Item> {
    const last = this.#items.at(-1)
    return { items: this.#items, ...(this.#hasMore && last ? { nextCursor: last.id } : {}) }
  }
}
