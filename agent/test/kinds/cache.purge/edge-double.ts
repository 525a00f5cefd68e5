import { PlatenError } from '@platen/protocol'
import type { Page, PageFetcher } from '../../../src/ports/page-fetcher.ts'
import { siteUrl, type SiteDouble } from './site-double.ts'

interface Copy {
  readonly page: Page
  readonly atMs: number
}

/** A CDN that keeps whatever it has once fetched from the site, for ever, until it is told to purge it. */
export class EdgeDouble implements PageFetcher {
  /** Paths that were asked for, in their order. */
  readonly asked: string[] = []
  /** Headers that came with a request. */
  readonly heard: Readonly<Record<string, string>>[] = []
  /** Purges that it takes and does not carry out. */
  ignores = 0
  /** What it answers by itself, whatever the site says. */
  answers: (path: string) => Partial<Page> | 'nothing' | undefined = () => undefined
  /** Whether the plugin's mark comes through, and whether it says how old its copies are and what its part was. */
  passesMark = true
  saysAge = true
  saysStatus = true
  takesMs = 10
  running = 0
  mostRunning = 0
  readonly #site: SiteDouble
  readonly #copies = new Map<string, Copy>()
  #purges = 0

  constructor(site: SiteDouble) {
    this.#site = site
  }

  /** Has it keep a page since so long ago, as it was then. */
  keep(path: string, agoMs = 3_600_000, body = `old ${path}`): void {
    const { clock } = this.#site
    const headers = { 'x-platen-made': String(clock.us - agoMs * 1_000), 'x-cache': 'MISS' }
    this.#copies.set(path, { page: { status: 200, headers, body: Buffer.from(body), tookMs: 0 }, atMs: clock.monotonic() - agoMs })
  }

  async fetch(url: string, options: Parameters<PageFetcher['fetch']>[1] = {}): Promise<Page> {
    const path = url.slice(siteUrl.length)
    this.asked.push(path)
    this.heard.push(options.headers ?? {})
    this.running += 1
    this.mostRunning = Math.max(this.mostRunning, this.running)
    const { clock } = this.#site
    await new Promise<void>(resolve => clock.after(this.takesMs, resolve))
    this.running -= 1
    this.#carryOut()
    const own = this.answers(path)
    if (own === 'nothing') throw new PlatenError('page.unreachable')
    if (own) return { status: 200, headers: {}, body: Buffer.alloc(0), tookMs: 0, ...own }
    const copy = this.#copies.get(path)
    if (copy) return this.#passed(copy.page, 'HIT', Math.floor((clock.monotonic() - copy.atMs) / 1_000))
    const page = await this.#site.fetch(url, options.signal ? { signal: options.signal } : {})
    this.#copies.set(path, { page, atMs: clock.monotonic() })
    return this.#passed(page, 'MISS')
  }

  #carryOut(): void {
    const { asked } = this.#site.cdn
    for (const ask of asked.slice(this.#purges)) {
      this.#purges += 1
      if (this.ignores-- > 0) continue
      if (ask.endsWith('everything')) this.#copies.clear()
      else this.#copies.delete(ask.slice(ask.indexOf(siteUrl) + siteUrl.length))
    }
  }

  #passed(page: Page, word: string, age?: number): Page {
    const { 'x-platen-made': made, ...rest } = page.headers
    const headers: Record<string, string> = {
      ...rest,
      ...(this.passesMark && made !== undefined ? { 'x-platen-made': made } : {}),
      ...(this.saysStatus ? { 'cf-cache-status': word } : {}),
      ...(this.saysAge && age !== undefined ? { age: String(age) } : {}),
    }
    return { ...page, headers }
  }
}
