import { APIError } from 'cloudflare/core/error'
import { BaseCache } from 'cloudflare/resources/cache/cache'
import { createClient } from 'cloudflare/tree-shakable'
import { cloudflareLimits, type CdnPlan } from '../domain/cdn-limits.ts'
import type { PurgeWhat } from '../domain/site-purges.ts'
import type { Cdn, CdnAnswer } from '../ports/cdn.ts'
import type { Log } from '../ports/log.ts'

/** One Cloudflare account: a token that may purge its zones, and the plan that decides its limits. */
export interface CloudflareAccount {
  readonly name: string
  readonly token: string
  readonly plan: CdnPlan
  /** Accounts of Platen whose sites may be purged with it. */
  readonly for: 'all' | readonly string[]
  /** Another address of the API than Cloudflare's own. */
  readonly api?: string
}

/** For the whole of an answer: the client's own deadline ends with the headers. */
const answerMs = 10_000
/** Where a 429 does not say how long: the bucket of the smallest plan gains a token in twelve seconds. */
const limitedMs = 12_000
const longestLimitedMs = 300_000

/** Purges through Cloudflare's API. The token is in no log and no error. Where an answer is not there in time, it is none. */
export function cloudflare({ token, plan, api, name }: Omit<CloudflareAccount, 'for'>, log: Log, requestMs: number = answerMs): Cdn {
  // What fails is tried again by the broker, which knows of everything else that waits.
  const client = createClient({
    resources: [BaseCache],
    apiToken: token,
    apiEmail: null,
    apiKey: null,
    userServiceKey: null,
    maxRetries: 0,
    timeout: requestMs,
    logLevel: 'off',
    ...(api === undefined ? {} : { baseURL: api }),
  })
  return {
    limits: cloudflareLimits[plan],
    purge: async (zone, what) => {
      try {
        const result: unknown = await client.cache.purge({ zone_id: zone, ...bodyOf(what) }, { signal: AbortSignal.timeout(requestMs) })
        // The client takes any text for an answer, such as a proxy's page.
        if (result === undefined) throw new Error('The answer is none of the API')
        return { outcome: 'purged' }
      } catch (error) {
        const answer = answerOf(error)
        log.warn('cdn:failed', {
          account: name,
          zone,
          answer,
          status: error instanceof APIError ? error.status : undefined,
          codes: codesOf(error),
        })
        return answer
      }
    },
  }
}

/** As Cloudflare names it. */
function bodyOf(what: PurgeWhat): { files: string[] } | { hosts: string[] } | { prefixes: string[] } | { tags: string[] } {
  if ('urls' in what) return { files: [...what.urls] }
  if ('hosts' in what) return { hosts: [...what.hosts] }
  return 'tags' in what ? { tags: [...what.tags] } : { prefixes: [...what.prefixes] }
}

/** The client reads bodies outside its own handling of errors: one that is cut off or no JSON comes as any error there is. */
function answerOf(error: unknown): CdnAnswer {
  const { status, headers } = (error instanceof APIError ? error : {}) as { status?: number; headers?: Headers }
  if (status === undefined) return { outcome: 'failed', code: 'cdn.unavailable', again: true }
  if (status === 429) return { outcome: 'limited', afterMs: retryAfterMs(headers?.get('retry-after') ?? null) }
  if (status >= 500) return { outcome: 'failed', code: 'cdn.unavailable', again: true }
  if (status === 401 || status === 403 || status === 404) return { outcome: 'failed', code: 'cdn.denied', again: false }
  return { outcome: 'failed', code: 'cdn.refused', again: false }
}

function retryAfterMs(header: string | null): number {
  const seconds = header !== null && /^\d{1,6}$/.test(header) ? Number(header) : undefined
  return Math.min(longestLimitedMs, seconds === undefined ? limitedMs : seconds * 1_000)
}

/** Cloudflare's own numbers for what went wrong: words may hold what was asked for. */
function codesOf(error: unknown): readonly number[] {
  const { errors } = (error instanceof APIError ? error : {}) as { errors?: unknown }
  const list = Array.isArray(errors) ? (errors as readonly ({ code?: unknown } | null)[]) : []
  return list.map(one => one?.code).filter(code => typeof code === 'number')
}
