import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import {
  PlatenError,
  type DocumentPolicy,
  type ErrorCode,
  type KindAssetsBundleInput,
  type KindTypes,
  type PluginCommands,
} from '@platen/protocol'
import { assetsBundle } from '../../../src/kinds/assets.bundle/handler.ts'
import { postcssMinifier } from '../../../src/kinds/assets.bundle/postcss-minifier.ts'
import { terserMinifier } from '../../../src/kinds/assets.bundle/terser-minifier.ts'
import type { HandlerOutcome, JobContext } from '../../../src/ports/job-handler.ts'
import type { Page, PageFetcher } from '../../../src/ports/page-fetcher.ts'
import type { PhpChannel } from '../../../src/ports/php-channel.ts'
import { siteFiles } from '../../../src/site/files.ts'
import { noCdn } from '../../support/no-cdn.ts'
import { noChanges } from '../../support/no-changes.ts'

export const siteUrl = 'https://shop.example'
export const uploads = 'wp-content/uploads'
/** A style sheet and a script that can be made smaller. */
export const css = '.a {\n  color : #ff0000;\n}\n/* a comment that nobody needs */\n'
export const js = 'function start ( number ) {\n  return number + 1 // and so on\n}\n'

interface Entry {
  file: string
  version: string
  source: string
  bytes: number
  modified: number
}

/** A WordPress with the plugin behind an nginx with a cache, as the job sees them. Its files are real ones. */
export class SiteDouble implements PhpChannel, PageFetcher {
  readonly root: string = mkdtempSync(join(tmpdir(), 'platen-assets-'))
  /** What each page loads: files below the root, with their query. */
  readonly pages = new Map<string, readonly string[]>()
  /** Steps that began, and those that ended as they should. */
  readonly steps: string[] = []
  readonly ended: string[] = []
  /** Pages as nginx keeps them. */
  readonly kept = new Map<string, string>()
  readonly refusing = new Map<string, ErrorCode>()
  /** Makes the page of what it loads; tests put something broken here. */
  render: (urls: readonly string[]) => string = markup
  /** Called before the plugin publishes something. */
  onPublish: () => void = () => undefined
  maintenance = false
  /** Whether nginx keeps one copy of a page whatever its query. */
  ignoresQueries = false
  #now = 0
  pointer: { manifest: string; bundle: string } | undefined

  /** Puts a file there. */
  put(path: string, content: string | Uint8Array): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true })
    writeFileSync(join(this.root, path), content)
  }

  close(): void {
    rmSync(this.root, { recursive: true })
  }

  /** What a page names now, below the site's URL. */
  named(page: string): readonly string[] {
    return (this.pages.get(page) ?? []).map(path => this.#swapped(path))
  }

  async call<Name extends keyof PluginCommands>(
    command: Name,
    args: PluginCommands[Name]['args'],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<PluginCommands[Name]['value']> {
    options.signal?.throwIfAborted()
    const code = this.refusing.get(command)
    if (code) throw new PlatenError(code)
    return this.#answer(command, args) as PluginCommands[Name]['value']
  }

  async fetch(url: string, { signal }: { readonly signal?: AbortSignal } = {}): Promise<Page> {
    signal?.throwIfAborted()
    const path = url.slice(siteUrl.length + 1)
    if (path.startsWith(uploads)) return this.#file(path)
    const key = this.ignoresQueries ? bare(url) : url
    const known = this.kept.get(key)
    if (known !== undefined) return answer(200, 'text/html', known, 'HIT')
    if (!this.pages.has(bare(path))) return answer(404, 'text/html', '', 'MISS')
    const html = this.render(this.named(bare(path)))
    this.kept.set(key, html)
    return answer(200, 'text/html; charset=UTF-8', html, 'MISS')
  }

  /** Runs the job. */
  run(
    mode: KindAssetsBundleInput['mode'],
    urls: readonly string[] = [],
    rest: { readonly signal?: AbortSignal } = {},
  ): Promise<HandlerOutcome<KindTypes['assets.bundle']['result']>> {
    const handler = assetsBundle({ files: siteFiles(this.root), fetcher: this, css: postcssMinifier(), js: terserMinifier() })
    const signal = rest.signal ?? new AbortController().signal
    return handler({
      jobId: 'job_1',
      attempt: 0,
      input: { mode, urls: [...urls] },
      policy: {
        site: { root: this.root, url: siteUrl },
        nginx: { cacheHeader: 'X-Cache' },
      } as DocumentPolicy,
      signal,
      clock: { now: () => ++this.#now, monotonic: () => 0, after: () => () => undefined, random: () => 0.5 },
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      php: this,
      changes: noChanges,
      cdn: noCdn,
      progress: () => undefined,
      // As the worker's: a step of a job that was cancelled does not begin.
      step: async (name, _kind, run) => {
        signal.throwIfAborted()
        this.steps.push(name)
        const value = await run()
        this.ended.push(name)
        return value
      },
    } satisfies JobContext<KindAssetsBundleInput>)
  }

  #answer(command: string, args: unknown): unknown {
    if (command === 'site.describe') {
      const contentUrl = `${siteUrl}/wp-content`
      const places = { siteUrl, contentUrl, contentPath: 'wp-content', uploadsUrl: `${siteUrl}/${uploads}`, uploadsPath: uploads }
      return { ...places, maintenance: this.maintenance }
    }
    if (command === 'assets.state') return this.pointer ? { bundle: this.pointer.bundle, publishedAt: 0 } : {}
    const { manifest, bundle } = args as PluginCommands['assets.publish']['args']
    this.onPublish()
    this.pointer = manifest === undefined || bundle === undefined ? undefined : { manifest, bundle }
    return { published: this.pointer !== undefined, files: 0 }
  }

  #file(path: string): Page {
    return answer(200, path.endsWith('.css') ? 'text/css' : 'application/javascript', readFileSync(join(this.root, path)), '')
  }

  /** What the plugin makes of an enqueued file. */
  #swapped(path: string): string {
    const [, query = ''] = path.split('?')
    const entry = this.#entries()[`${siteUrl}/${bare(path)}`]
    if (!entry || entry.version !== (new URLSearchParams(query).get('ver') ?? '')) return path
    const { size, mtimeMs } = statSync(join(this.root, entry.source))
    return size === entry.bytes && Math.floor(mtimeMs / 1000) === entry.modified ? `${uploads}/${entry.file}` : path
  }

  #entries(): Partial<Record<string, Entry>> {
    if (!this.pointer) return {}
    const text = readFileSync(join(this.root, uploads, this.pointer.manifest), 'utf8')
    return (JSON.parse(text) as { files: Record<string, Entry> }).files
  }
}

/** A page that loads these files, as WordPress writes it. */
export function markup(paths: readonly string[]): string {
  const tags = paths.map(path =>
    /\.css(\?|$)/.test(path)
      ? `<link rel='stylesheet' href='${siteUrl}/${path.replaceAll('&', '&#038;')}'>`
      : `<script src="${siteUrl}/${path}"></script>`,
  )
  return `<!doctype html><html><head>${tags.join('\n')}</head><body></body></html>`
}

function answer(status: number, type: string, body: string | Buffer, cache: string): Page {
  return { status, headers: { 'content-type': type, 'x-cache': cache }, body: Buffer.from(body), tookMs: 1 }
}

function bare(url: string): string {
  return url.split('?', 1)[0] as string
}
