import type { Page, PageRequest } from './page.ts'
import type { RequestRecord } from './request-record.ts'

/** Where a site is at a CDN: what an agent can't name, and what is purged on its behalf. */
export interface SiteCdn {
  /** Name of an account in the gateway's CDN file. */
  readonly account: string
  /** The CDN's own id of the zone. */
  readonly zone: string
  /** Names under which the CDN serves the site. */
  readonly hosts: readonly string[]
}

/** One WordPress site. */
export interface Site {
  readonly id: string
  readonly accountId: string
  readonly url: string
  readonly createdAt: number
  readonly cdn?: SiteCdn
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
  /** Commits where the site is at a CDN, or that it is at none. False where the account has no such site. @throws PlatenError idempotency.conflict */
  setCdn(accountId: string, id: string, cdn: SiteCdn | null, record?: RequestRecord): Promise<boolean>
}
