import type { Page, PageRequest } from './page.ts'
import type { RequestRecord } from './request-record.ts'

/** One WordPress site. */
export interface Site {
  readonly id: string
  readonly accountId: string
  readonly url: string
  readonly createdAt: number
}

/** The sites of accounts. */
export interface SiteStore {
  /**
   * Commits a site; with a key that was used for the same request, the site of then.
   * @throws PlatenError site.exists, idempotency.conflict
   */
  create(site: Site, record?: RequestRecord): Promise<Site>
  find(accountId: string, id: string): Promise<Site | undefined>
  list(accountId: string, page: PageRequest): Promise<Page<Site>>
}
