import { PlatenError, type KindCachePurgeResult } from '@platen/protocol'
import { siteAddress } from '../../domain/site-url.ts'
import type { Page, PageFetcher } from '../../ports/page-fetcher.ts'
import { isKept, isMadeNow, look, type Seen } from './proof.ts'
import type { PageWork, Purge } from './purge.ts'

/** How the CDN gave a page to somebody who asked as visitors do. */
export interface CdnSight {
  readonly seen: NonNullable<KindCachePurgeResult['proof'][number]['cdn']>
  /** It was old: whether the CDN was asked once more, and whether it was looked at since. */
  again?: 'asked' | 'looked'
}

/** Cloudflare's header for its part in an answer. The site's own is kept there with the page, and tells of the time when it was fetched. */
const cdnCacheHeader = 'cf-cache-status'

/** A redirect of the CDN's own rules, such as one to a slash at the end, leads to the page in so many steps. */
const mostRedirects = 3
/** Caches count in whole seconds. */
const ageGrainMs = 1_000
/** Answers that a CDN gives by itself, to programs that it takes for no visitors. */
const refusals: ReadonlySet<number> = new Set([401, 403, 407, 429])

/** Fetches a page through the CDN. The site's secret is never among what is sent: others could read it there. */
export async function seeAtCdn(purge: Purge, fetcher: PageFetcher, page: PageWork): Promise<CdnSight['seen']> {
  const { context } = purge
  const { signal } = context
  let url = page.url
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    let answer: Page
    try {
      answer = await fetcher.fetch(url, { signal })
    } catch (error) {
      if (signal.aborted || !(error instanceof PlatenError)) throw error
      return { state: 'unreachable' }
    }
    const redirect = redirectOf(answer, url, context.policy.site.url)
    // What a redirect leads to may be a page that has not changed: it is as old as it likes.
    const seen = sightOf(purge, answer, {
      target: url === page.url ? page : purge.pages.get(url),
      leadsAway: redirect !== undefined && redirect.to === undefined,
    })
    if (redirect?.to === undefined || seen.state !== 'fresh') return seen
    url = redirect.to
  }
  return { state: 'unreachable' }
}

interface Asked {
  /** Of the pages that were purged, the one at the address that answered. */
  readonly target: PageWork | undefined
  /** The answer is a redirect to another site, or to another scheme. */
  readonly leadsAway: boolean
}

function sightOf(purge: Purge, answer: Page, asked: Asked): CdnSight['seen'] {
  const { target } = asked
  const seen = look(answer, cdnCacheHeader)
  const ageSeconds = ageOf(answer)
  return {
    state: isNoPage(answer, seen, asked) ? 'unreachable' : target ? judgeAtCdn(seen, ageSeconds, known(purge, target)) : 'fresh',
    ...(seen.cache === undefined ? {} : { cache: seen.cache }),
    ...(ageSeconds === undefined ? {} : { ageSeconds }),
    status: seen.status,
  }
}

/** What is known of the new page. */
interface KnownPage {
  readonly atUs: number
  /** Since then. */
  readonly sinceMs: number
  /** Of the new page at nginx, where somebody has looked. */
  readonly prints: readonly (string | undefined)[]
}

function known({ context }: Purge, { atUs, served, refreshed }: PageWork): KnownPage {
  return { atUs, sinceMs: context.clock.now() - atUs / 1_000, prints: [served?.print, refreshed?.print] }
}

/**
 * Whether visitors of the CDN get the new page. Where the plugin says when the page was begun, that decides, as behind it. Else what
 * the CDN fetched for this very request is new, since nginx is; and so is what nginx gives, byte for byte. What it had kept since
 * before the change is old. A cache has to say how long it has kept what it gives (RFC 9111, 5.1): without an age it is no copy,
 * unless it says so.
 */
function judgeAtCdn(seen: Seen, ageSeconds: number | undefined, page: KnownPage): 'fresh' | 'stale' {
  if (seen.madeUs !== undefined) return seen.madeUs >= page.atUs ? 'fresh' : 'stale'
  if (isMadeNow(seen) || seen.cache === 'DYNAMIC' || page.prints.includes(seen.print)) return 'fresh'
  if (ageSeconds !== undefined) return ageSeconds * 1_000 > page.sinceMs + ageGrainMs ? 'stale' : 'fresh'
  return isKept(seen) ? 'stale' : 'fresh'
}

/** Whether the answer is none of the site's: an error, a question whether one is human, or a way to somewhere else that nginx does not know. */
function isNoPage({ headers }: Page, { status, madeUs }: Seen, { target, leadsAway }: Asked): boolean {
  if (status >= 500 || headers['cf-mitigated'] !== undefined) return true
  if (madeUs !== undefined || status === (target?.served ?? target?.refreshed)?.status) return false
  return leadsAway || refusals.has(status)
}

function ageOf({ headers }: Page): number | undefined {
  const age = headers['age']
  return age !== undefined && /^\d{1,9}$/.test(age) ? Number(age) : undefined
}

/** Where a redirect of the CDN's own leads: on the site itself, or away. One with the plugin's mark is WordPress's answer for this address. */
function redirectOf({ status, headers }: Page, url: string, site: string): { readonly to?: string } | undefined {
  const location = headers['location']
  if (status < 300 || status > 399 || location === undefined || headers['x-platen-made'] !== undefined) return undefined
  try {
    return { to: siteAddress(new URL(location, url).href, site) }
  } catch {
    return {}
  }
}
