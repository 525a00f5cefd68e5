import { createHash } from 'node:crypto'
import {
  PlatenError,
  type DocumentPolicy,
  type ErrorCode,
  type KindCachePurgeInput,
  type PluginCommands,
  type SiteDescribeValue,
} from '@platen/protocol'
import { resultValidators } from '@platen/protocol/validators/results'
import { cachePurge } from '../../../src/kinds/cache.purge/handler.ts'
import { fileOf } from '../../../src/kinds/cache.purge/keys.ts'
import type { JobContext } from '../../../src/ports/job-handler.ts'
import type { ObjectCache } from '../../../src/ports/object-cache.ts'
import type { CacheEntry, KeptEntry, PageCache } from '../../../src/ports/page-cache.ts'
import type { Page, PageFetcher } from '../../../src/ports/page-fetcher.ts'
import type { ChangeBatch, SiteChanges } from '../../../src/ports/site-changes.ts'
import { CdnDouble } from './cdn-double.ts'
import { VirtualClock } from './virtual-clock.ts'

export const siteUrl = 'https://shop.example'
const levels = '1:2'
const secret = 'the secret that nginx and the agent share'

interface Kept extends KeptEntry {
  readonly body: string
  readonly status: number
}

type Outcome = Awaited<ReturnType<ReturnType<typeof cachePurge>>>

/** Addresses of the site. */
export const urls = (...paths: string[]): string[] => paths.map(path => siteUrl + path)
/** So many paths. */
export const many = (count: number, prefix = '/page-'): string[] => Array.from({ length: count }, (_, index) => `${prefix}${index}/`)
/** What became of nginx's cache. */
export const nginxOf = ({ layers }: Outcome['result']): Outcome['result']['layers'][number] | undefined =>
  layers.find(({ layer }) => layer === 'nginx')

/** A site behind an nginx with a cache, as the job sees it, at a time of its own. */
export class SiteDouble implements PageFetcher, PageCache, SiteChanges {
  readonly clock = new VirtualClock()
  readonly cdn = new CdnDouble(this.clock)
  readonly kept = new Map<string, Kept>()
  /** What happened and when, such as `0 forgets /a`. */
  readonly events: string[] = []
  readonly batches: (ChangeBatch | undefined)[] = []
  readonly told: string[][] = []
  readonly steps: string[] = []
  visits: ReadonlyMap<string, number> = new Map()
  policy: DocumentPolicy = {
    site: { root: '/srv/site', url: siteUrl, user: 'site' },
    nginx: {
      host: '127.0.0.1',
      port: 80,
      tls: false,
      user: 'www-data',
      cacheHeader: 'X-Cache',
      refreshSecret: secret,
      cachePath: '/var/cache/nginx',
      cacheKey: '$scheme$request_method$host$request_uri',
      cacheLevels: levels,
    },
  } as unknown as DocumentPolicy
  /** Of PHP, for a path; `running` counts this one too. */
  takesMs: (path: string, running: number) => number = () => 50
  answers: (path: string) => number = () => 200
  stores: (path: string) => boolean = () => true
  /** What the plugin answers when it is asked for the site. */
  describes: ErrorCode | 'maintenance' | 'well' = 'well'
  /** What it says of WordPress's object cache, where that outlives a request. */
  objectCache: SiteDescribeValue['objectCache']
  /** Commands that the plugin was given. */
  readonly calls: string[] = []
  /** What becomes of it when it is to forget compiled PHP. */
  resets: ErrorCode | 'well' = 'well'
  /** Whether PHP takes a question and does not answer it. */
  hangs = false
  /** Whether the plugin says when a page was begun. */
  says = true
  /** Whether nginx has a cache at all; without one it does not speak of any. */
  caches = true
  varies = false
  keptNeeded = false
  listings = 0
  running = 0
  mostRunning = 0
  #copies = 0

  /** Has nginx keep a page that was begun so long ago. */
  keep(path: string, agoMs = 60_000, variant = ''): void {
    this.#store(path, 'GET', `old ${path}`, 200, this.clock.us - agoMs * 1_000, variant)
  }

  /** Has nginx keep something under any key. */
  keepKey(key: string, madeUs = 0): void {
    this.#put(key, fileOf(key, levels), 'old', 200, madeUs)
  }

  /** The keys' paths of what is kept and older than now. */
  old(sinceUs: number): readonly string[] {
    return [...this.kept.values()].filter(({ madeUs }) => (madeUs ?? 0) < sinceUs).map(({ key }) => pathOf(key))
  }

  /** Has the policy file say what nginx's keys are. */
  readsKeys(cacheKey: string | undefined): void {
    this.policy = { ...this.policy, nginx: { ...this.policy.nginx, cacheKey } as never }
  }

  change(batch: Partial<ChangeBatch>): void {
    const atUs = this.clock.us
    this.batches.push({
      sinceUs: atUs,
      atUs,
      count: 1,
      what: ['“Hello” was updated'],
      everything: false,
      hidden: [],
      exposed: [],
      cdnTags: { closed: [], changed: [] },
      urgent: [],
      pages: [],
      ...batch,
    })
  }

  async run(
    input: KindCachePurgeInput = { changes: true },
    parts: { blind?: boolean; objectCache?: ObjectCache; cdn?: PageFetcher } = {},
  ): Promise<Outcome> {
    const handler = cachePurge({
      fetcher: this,
      ...(parts.blind ? {} : { pageCache: this }),
      ...(parts.cdn ? { cdn: parts.cdn } : {}),
      ...(parts.objectCache ? { objectCache: parts.objectCache } : {}),
      visits: { counts: () => Promise.resolve(this.visits) },
    })
    const outcome = await this.clock.run(handler(this.#context(input)))
    const check = resultValidators['cache.purge']
    if (!check?.(outcome.result)) throw new Error(`The result breaks its schema: ${JSON.stringify(check?.errors)}`)
    return outcome
  }

  async fetch(url: string, options: Parameters<PageFetcher['fetch']>[1] = {}): Promise<Page> {
    options.signal?.throwIfAborted()
    const path = url.slice(siteUrl.length)
    const bypass = options.headers?.['x-platen-refresh'] === secret
    const hit = this.kept.get(fileOf(keyOf(path), levels))
    this.note(bypass ? 'refreshes' : 'visits', path)
    if (hit && !bypass) return this.#page(hit.status, hit.body, hit.madeUs, 'HIT')
    return this.#render(path, bypass ? 'BYPASS' : 'MISS', options.signal)
  }

  async *entries(): AsyncGenerator<readonly KeptEntry[]> {
    this.listings += 1
    const all = [...this.kept.values()]
    for (let at = 0; at < all.length; at += 1_000) yield await Promise.resolve(all.slice(at, at + 1_000))
  }

  look({ file, key }: CacheEntry): Promise<KeptEntry | undefined> {
    const kept = this.kept.get(file)
    return Promise.resolve(kept?.key === key ? kept : undefined)
  }

  forget(entries: readonly CacheEntry[]): Promise<readonly KeptEntry[]> {
    const gone = entries.flatMap(({ file, key }) => {
      const kept = this.kept.get(file)
      if (kept?.key !== key) return []
      this.kept.delete(file)
      this.note('forgets', pathOf(key))
      return [kept]
    })
    return Promise.resolve(gone)
  }

  take(): Promise<ChangeBatch | undefined> {
    return Promise.resolve(this.batches.shift())
  }
  needsKept(): Promise<boolean> {
    return Promise.resolve(this.keptNeeded)
  }
  tellKept(urls: readonly string[]): Promise<void> {
    this.told.push([...urls])
    return Promise.resolve()
  }

  note(what: string, path: string): void {
    this.events.push(`${Math.round(this.clock.monotonic())} ${what} ${path}`)
  }

  /** A visitor's request that PHP began to answer long ago, and answers so long from now. */
  storeLate(path: string, agoMs: number, inMs: number): void {
    const madeUs = this.clock.us - agoMs * 1_000
    this.clock.after(inMs, () => this.#store(path, 'GET', `old ${path}`, 200, madeUs))
  }

  async #render(path: string, cache: string, signal: AbortSignal | undefined): Promise<Page> {
    const madeUs = this.clock.us
    this.running += 1
    this.mostRunning = Math.max(this.mostRunning, this.running)
    const done = new Promise<void>(resolve => this.clock.after(this.takesMs(path, this.running), resolve)).then(() => {
      this.running -= 1
      // nginx goes on and stores it, whoever still waits.
      const status = this.answers(path)
      if (status === 200 && this.caches && this.stores(path)) this.#store(path, 'GET', `new ${path}`, status, madeUs)
      return this.#page(status, `new ${path}`, madeUs, cache)
    })
    const aborted = new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)))
    return Promise.race([done, aborted])
  }

  #store(path: string, method: string, body: string, status: number, madeUs: number, variant = ''): void {
    const key = keyOf(path, method)
    const file = variant === '' ? fileOf(key, levels) : fileOf(`${key} for ${variant}`, levels)
    this.#put(key, file, body, status, madeUs)
  }

  #put(key: string, file: string, body: string, status: number, madeUs: number): void {
    const copy = String(++this.#copies)
    this.kept.set(file, { key, file, body, status, copy, varies: this.varies, ...(this.says ? { madeUs } : {}) })
  }

  #page(status: number, text: string, madeUs: number | undefined, cache: string): Page {
    const made: Record<string, string> = this.says && madeUs !== undefined ? { 'x-platen-made': String(madeUs) } : {}
    return { status, headers: { ...(this.caches ? { 'x-cache': cache } : {}), ...made }, body: Buffer.from(text), tookMs: 0 }
  }

  #context(input: KindCachePurgeInput): JobContext<KindCachePurgeInput> {
    return {
      jobId: 'job_1',
      attempt: 1,
      input,
      policy: this.policy,
      signal: new AbortController().signal,
      clock: this.clock,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      php: {
        call: async (command, _args, options) => {
          if (this.hangs) await new Promise<void>(resolve => this.clock.after(options?.deadlineMs ?? 30_000, resolve))
          if (this.hangs) throw new PlatenError('php.timeout')
          this.calls.push(command)
          return this.#answer(command) as PluginCommands[typeof command]['value']
        },
      },
      changes: this,
      cdn: this.cdn,
      progress: () => undefined,
      step: (name, _kind, run) => {
        this.steps.push(name)
        return run()
      },
    }
  }

  #answer(command: keyof PluginCommands): unknown {
    if (command === 'opcache.reset') {
      this.note('forgets', 'compiled PHP')
      if (this.resets !== 'well') throw new PlatenError(this.resets)
      return { available: true, count: 7 }
    }
    if (this.describes === 'well' || this.describes === 'maintenance')
      return { maintenance: this.describes === 'maintenance', ...(this.objectCache ? { objectCache: this.objectCache } : {}) }
    throw new PlatenError(this.describes)
  }
}

/** nginx's key of a page. */
export function keyOf(path: string, method = 'GET'): string {
  return `http${method}shop.example${path}`
}

/** The MD5 of a key, as files are named. */
export function nameOf(key: string): string {
  return createHash('md5').update(key).digest('hex')
}

function pathOf(key: string): string {
  return key.slice(key.indexOf('/'))
}
