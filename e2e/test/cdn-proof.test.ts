import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import type { KindCachePurgeResult, ReceiptSigned } from '@platen/protocol'
import {
  cloudflareStandIn,
  createNativeSite,
  skipWithoutEngines,
  startEdge,
  startStack,
  tryCommand,
  waitUntil,
  type ApiJob,
  type CloudflareStandIn,
  type Edge,
  type NativeSite,
  type Stack,
} from '@platen/lab'

const plugin = join(import.meta.dirname, '..', '..', 'wp-plugin')
const skip = await skipWithoutEngines()
const zone = '023e105f4ecef8ad9ca31a8372d0c353'
const token = 'a-token-that-may-purge'
const seenMs = 60_000

describe('a page behind a CDN that keeps pages for a day', { skip, concurrency: false }, () => {
  let site: NativeSite
  let edge: Edge
  let api: CloudflareStandIn
  let stack: Stack
  let post: string
  let known: Set<string>
  /** Whether the CDN does what is asked by tags, and nothing of what is asked by address. */
  let onlyTags = false

  const purges = async (): Promise<ApiJob[]> => {
    const { items } = await stack.api.request<{ items: ApiJob[] }>('GET', '/v1/jobs?kind=cache.purge')
    return Promise.all(items.map(({ id }) => stack.api.request<ApiJob>('GET', `/v1/jobs/${id}`)))
  }
  const isOver = ({ state }: ApiJob): boolean => ['succeeded', 'failed', 'cancelled'].includes(state)
  /** Visitors come through the CDN until it keeps the pages. */
  const keep = async (...paths: string[]): Promise<void> => {
    for (const path of paths) {
      await waitUntil(`the CDN’s copy of ${path}`, seenMs, async () => (await edge.visit(path)).cache === 'HIT')
    }
  }
  const titleAt = async (path: string): Promise<string> => /<title>(.*?)<\/title>/s.exec((await edge.visit(path)).body)?.[1] ?? ''
  const change = (fields: string): Promise<string> =>
    site.wp(`wp_update_post( array( 'ID' => url_to_postid( home_url( '${post}' ) ), ${fields} ) );`)
  /** The first job that ended since, by what came with it. */
  const ended = async (): Promise<ApiJob & { readonly result: KindCachePurgeResult }> => {
    let job: ApiJob | undefined
    await waitUntil('the end of a purge', seenMs, async () => {
      job = (await purges()).find(each => !known.has(each.id) && isOver(each))
      return job !== undefined
    })
    return job as ApiJob & { readonly result: KindCachePurgeResult }
  }
  const pageOf = ({ proof }: KindCachePurgeResult, path: string): KindCachePurgeResult['proof'][number] | undefined =>
    proof.find(({ url }) => url === site.url + path)
  const layerOf = ({ layers }: KindCachePurgeResult): unknown => layers.find(({ layer }) => layer === 'cdn')

  before(async () => {
    site = await createNativeSite({ plugins: [plugin] })
    edge = await startEdge(site.nginx.address)
    const rate = { perSecond: 1_500, bucket: 1_500 }
    const carryOut = async (what: Readonly<Record<string, unknown>>): Promise<void> => {
      if (!onlyTags || 'tags' in what) await edge.purge(what)
    }
    api = await cloudflareStandIn({ token, zones: [zone], urls: rate, wide: { perSecond: 5, bucket: 25 }, carryOut })
    stack = await startStack(site, { cdn: { api: api.url, token, zone, address: edge.address } })
    post = site.pages.post
  })
  beforeEach(async () => {
    edge.lies = false
    onlyTags = false
    await waitUntil('the end of all purges', seenMs, async () => (await purges()).every(isOver))
    known = new Set((await purges()).map(({ id }) => id))
  })
  after(async () => {
    await stack?.stop()
    await api?.close()
    await edge?.stop()
    await site?.stop()
  })

  it('is new there after an edit, and proven so at both layers', async test => {
    await keep(post, '/')
    await change(`'post_title' => 'An evening by the sea'`)
    const { state, result } = await ended()
    test.diagnostic(result.summary)
    assert.equal(state, 'succeeded')
    const page = pageOf(result, post)
    assert.deepEqual([page?.state, page?.cdn?.state, page?.cdn?.status], ['fresh', 'fresh', 200])
    assert.equal((layerOf(result) as { state: string }).state, 'purged')
    assert.match(await titleAt(post), /An evening by the sea/)
    assert.match(result.summary, /Fetched through the CDN: \d+ of \d+ pages, \d+ new\./)
  })

  it('is what the doctor finds there', async () => {
    const [command = '', ...words] = stack.programs.agent('doctor', '--policy', stack.policyFile, '--json')
    const { stdout } = await tryCommand(command, words, { timeoutMs: seenMs })
    const { findings } = JSON.parse(stdout) as { findings: { check: string; state: string; detail: string }[] }
    const cdn = findings.find(({ check }) => check === 'CDN')
    assert.equal(cdn?.state, 'good', cdn?.detail)
    assert.match(cdn?.detail ?? '', /cf-cache-status HIT, age \d+/)
  })

  it('is said to be old there where the CDN lies about its purges, and the job is done', async test => {
    await keep(post)
    edge.lies = true
    const asked = api.purged.length
    await change(`'post_title' => 'A night by the sea'`)
    const { state, result } = await ended()
    test.diagnostic(result.summary)
    assert.equal(state, 'succeeded')
    assert.deepEqual(layerOf(result), { layer: 'cdn', state: 'failed', count: 0, code: 'page.stale' })
    const page = pageOf(result, post)
    assert.deepEqual([page?.state, page?.layer, page?.cdn?.state, page?.cdn?.cache], ['stale', 'cdn', 'stale', 'HIT'])
    assert.ok((page?.cdn?.ageSeconds ?? -1) >= 0)
    const named = api.purged.slice(asked).filter(({ what }) => (what['files'] as string[] | undefined)?.includes(site.url + post))
    assert.ok(named.length >= 2, `purged ${named.length} times`)
    assert.match(await titleAt(post), /An evening by the sea/)
    const [last] = (await stack.programs.text(stack.programs.agent('receipts', '--policy', stack.policyFile, '--json')))
      .trim()
      .split('\n')
      .map(line => (JSON.parse(line) as ReceiptSigned).receipt)
      .filter(receipt => receipt.type === 'run')
      .slice(-1)
    assert.ok(last && (last.pages.cdn?.stale ?? 0) > 0)
    assert.ok(last.pages.sample.some(({ url, layer, cdn }) => url === site.url + post && layer === 'cdn' && cdn === 'stale'))
  })

  it('goes there by its tags alone where the CDN does not know its address', async () => {
    await edge.purge({ files: [site.url + post] })
    await keep(post)
    onlyTags = true
    await change(`'post_title' => 'A day by the sea'`)
    await waitUntil('the new page at the CDN', seenMs, async () => (await titleAt(post)).includes('A day by the sea'))
  })

  it('fails the job where nobody may see it any more and a lying CDN still shows it', async test => {
    await keep(post)
    edge.lies = true
    await change(`'post_status' => 'draft'`)
    const { state, error, result } = await ended()
    test.diagnostic(`${error?.message} ${result.summary}`)
    assert.deepEqual([state, error?.code], ['failed', 'page.stale'])
    assert.match(error?.message ?? '', /cdn: /)
    edge.lies = false
    await waitUntil('that the page is gone there as well', seenMs, async () => (await edge.visit(post)).status === 404)
  })
})
