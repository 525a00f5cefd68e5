/** A page or file of the site as it was answered. */
export interface Page {
  readonly status: number
  /** Lower-case names; repeated headers are joined by commas. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly tookMs: number
}

/**
 * Fetches URLs of this site only, at the address that the policy file pins (whatever DNS says), with the site's Host
 * header; follows no redirect by itself; bounded in bytes and time by the protocol's limits.
 */
export interface PageFetcher {
  /** @throws PlatenError url.invalid, url.foreign, page.unreachable, nginx.unavailable, file.too_large */
  fetch(
    url: string,
    options?: { readonly method?: 'GET' | 'HEAD'; readonly headers?: Readonly<Record<string, string>>; readonly signal?: AbortSignal },
  ): Promise<Page>
}
