import type { JobContext, PageFetcher, PageIndex } from '@platen/agent'
import type { DocumentPolicy, KindCachePurgeInput, PluginCommands } from '@platen/protocol'
import type { CacheFolder } from './cache-folder.ts'

/** The site of the pages. */
export const siteUrl = 'http://site.test'
const secret = 'the secret that nginx and the agent share'

/** nginx and PHP without HTTP: what a request would have done is done at once, and the time that it takes is counted apart. */
export interface SiteInMemory {
  readonly fetcher: PageFetcher
  /** What requests took so far, in milliseconds. */
  readonly fetchMs: number
}

/** A site over a cache folder. */
export function siteInMemory(cache: CacheFolder): SiteInMemory {
  let fetchMs = 0
  const made = new Map<string, number>()
  const answer = (url: string, isRefresh: boolean): ReturnType<PageFetcher['fetch']> => {
    const kept = made.get(url)
    const madeUs = kept === undefined || isRefresh ? Date.now() * 1_000 : kept
    if (madeUs !== kept) cache.put(keyOf(url), madeUs)
    made.set(url, madeUs)
    const headers = { 'x-cache': isRefresh ? 'BYPASS' : kept === undefined ? 'MISS' : 'HIT', 'x-platen-made': String(madeUs) }
    return Promise.resolve({ status: 200, headers, body: Buffer.from(url), tookMs: 0 })
  }
  return {
    get fetchMs() {
      return fetchMs
    },
    fetcher: {
      fetch: (url, options = {}) => {
        const from = performance.now()
        const page = answer(url, options.headers?.['x-platen-refresh'] === secret)
        fetchMs += performance.now() - from
        return page
      },
    },
  }
}

/** nginx's key of a page. */
export function keyOf(url: string): string {
  return `httpGET${url.slice('http://'.length)}`
}

/** A job of changes. */
export interface JobOptions {
  readonly jobId: string
  /** Whether the policy file says how entries are named; otherwise all of them are read to find some. */
  readonly knowsKey: boolean
  /** Called when everything was purged. */
  readonly nginxIsClear?: () => void
}

/** What a job is given. */
export function jobContext(
  index: PageIndex,
  clock: JobContext<unknown>['clock'],
  cachePath: string,
  { jobId, knowsKey, nginxIsClear = () => undefined }: JobOptions,
): JobContext<KindCachePurgeInput> {
  const naming = knowsKey ? { cacheKey: '$scheme$request_method$host$request_uri', cacheLevels: '1:2' } : {}
  const nginx = { host: '127.0.0.1', port: 80, tls: false, user: 'www-data', cacheHeader: 'X-Cache', refreshSecret: secret, cachePath }
  return {
    jobId,
    attempt: 1,
    input: { changes: true },
    policy: { site: { root: '/nonexistent', url: siteUrl, user: 'site' }, nginx: { ...nginx, ...naming } } as unknown as DocumentPolicy,
    signal: new AbortController().signal,
    clock,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    // Asked for nothing but whether it is there.
    php: { call: async command => ({ maintenance: false }) as unknown as PluginCommands[typeof command]['value'] },
    changes: {
      take: async () => index.take(jobId),
      needsKept: async () => index.needsKept(jobId),
      tellKept: async urls => index.tellKept(jobId, urls, true),
    },
    cdn: { want: async what => void ('everything' in what && nginxIsClear()), outcome: async () => ({ outcome: 'absent' }) },
    progress: () => undefined,
    step: (_name, _kind, run) => run(),
  }
}
