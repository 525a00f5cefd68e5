import type { Page, PageRequest } from './page.ts'

/** One WordPress site. */
export interface Site {
  readonly id: string
  readonly accountId: string
  readonly url: string
  readonly createdAt: number
}

/** The sites of accounts. */
export interface SiteStore {
  /** @throws PlatenError site.exists */
  create(site: Site): Promise<void>
  find(accountId: string, id: string): Promise<Site | undefined>
  list(accountId: string, page: PageRequest): Promise<Page<Site>>
}
