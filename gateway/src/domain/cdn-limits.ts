/** A rate that comes back steadily, and what may be taken at once. */
export interface CdnRate {
  readonly perSecond: number
  readonly burst: number
}

/** What one Cloudflare account may ask for, whatever its number of zones. */
export interface CdnLimits {
  /** URLs that are purged one by one. */
  readonly urls: CdnRate
  /** Requests that purge by host, prefix or tag. */
  readonly wide: CdnRate
  /** Requests of either kind. */
  readonly requests: CdnRate
  /** URLs, hosts, prefixes or tags of one request. */
  readonly operations: number
}

/** Plans of Cloudflare. */
export type CdnPlan = 'free' | 'pro' | 'business' | 'enterprise'

/**
 * https://developers.cloudflare.com/fundamentals/api/reference/limits, as of April 2026: 200 requests a second from one address,
 * of which others need some too. The 1,200 in five minutes of a token are for calls without a limit of their own: purges have one.
 */
const requests: CdnRate = { perSecond: 180, burst: 20 }

/**
 * https://developers.cloudflare.com/cache/how-to/purge-cache, as of July 2026. What is said there of URLs is a moving average;
 * a burst of one second's is the strictest reading.
 */
export const cloudflareLimits: Readonly<Record<CdnPlan, CdnLimits>> = {
  free: { urls: { perSecond: 800, burst: 800 }, wide: { perSecond: 5 / 60, burst: 25 }, requests, operations: 100 },
  pro: { urls: { perSecond: 1_500, burst: 1_500 }, wide: { perSecond: 5, burst: 25 }, requests, operations: 100 },
  business: { urls: { perSecond: 1_500, burst: 1_500 }, wide: { perSecond: 10, burst: 50 }, requests, operations: 100 },
  enterprise: { urls: { perSecond: 3_000, burst: 3_000 }, wide: { perSecond: 50, burst: 500 }, requests, operations: 100 },
}
