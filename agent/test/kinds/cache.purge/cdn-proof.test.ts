import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import type { KindCachePurgeResult } from '@platen/protocol'
import { EdgeDouble } from './edge-double.ts'
import { SiteDouble, siteUrl } from './site-double.ts'

type Outcome = Awaited<ReturnType<SiteDouble['run']>>

const urls = (...paths: string[]): string[] => paths.map(path => siteUrl + path)
const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `/page-${index}/`)
const layerOf = ({ layers }: KindCachePurgeResult): unknown => layers.find(({ layer }) => layer === 'cdn')
const pageOf = ({ proof }: KindCachePurgeResult, path = '/a/'): KindCachePurgeResult['proof'][number] | undefined =>
  proof.find(({ url }) => url === siteUrl + path)
const asked = (): readonly string[] => site.cdn.asked.map(text => text.split(' ')[1]?.replace(siteUrl, '') ?? '')
const failed = { layer: 'cdn', state: 'failed', count: 0, code: 'page.stale' }

let site: SiteDouble
let edge: EdgeDouble

/** Runs a job on `/a/`, which both caches keep. */
const run = async (batch: Parameters<SiteDouble['change']>[0] = { pages: urls('/a/') }): Promise<Outcome> => {
  site.change(batch)
  return site.run({ changes: true }, { cdn: edge })
}

beforeEach(() => {
  site = new SiteDouble()
  site.cdn.says = { outcome: 'purged' }
  edge = new EdgeDouble(site)
  site.keep('/a/')
  edge.keep('/a/')
})

describe('pages are looked at through the CDN', () => {
  it('once it is purged, as a visitor gets them, and never with the site’s secret', async () => {
    site.cdn.takesMs = 2_000
    const { result, failure } = await run()
    assert.deepEqual([edge.asked, edge.heard], [['/a/'], [{}]])
    assert.deepEqual(pageOf(result)?.cdn, { state: 'fresh', cache: 'MISS', status: 200 })
    assert.deepEqual([pageOf(result)?.state, pageOf(result)?.layer, failure], ['fresh', undefined, undefined])
    assert.deepEqual(layerOf(result), { layer: 'cdn', state: 'purged', count: 1 })
    assert.match(result.summary, /Fetched through the CDN: 1 of 1 page, 1 new\./)
    assert.ok((result.timings?.totalMs ?? 0) >= 2_000)
  })

  it('not where the policy file does not say where it is, and the receipt says so', async () => {
    site.change({ pages: urls('/a/') })
    const { result } = await site.run()
    assert.equal(pageOf(result)?.cdn, undefined)
    assert.match(result.summary, /What the CDN gives was not looked at: the policy file does not say where it is\./)
  })

  for (const says of [
    { outcome: 'absent' },
    { outcome: 'failed', code: 'cdn.denied' },
    { outcome: 'pending', code: 'gateway.unreachable' },
    { outcome: 'pending', code: 'cdn.unavailable' },
  ] as const)
    it(`not where it is ${says.outcome}${'code' in says ? ` with ${says.code}` : ''}`, async () => {
      site.cdn.says = says
      const { result } = await run()
      assert.deepEqual(edge.asked, [])
      assert.equal((layerOf(result) as { state: string }).state, says.outcome)
      assert.ok(!result.summary.includes('the CDN:'), result.summary)
    })

  it('all that nobody may see any more first, then 50 of the others, evenly', async () => {
    const hidden = Array.from({ length: 70 }, (_, index) => `/secret-${index}/`)
    for (const path of [...hidden, ...many(200)]) site.keep(path)
    site.answers = path => (path.startsWith('/secret') ? 404 : 200)
    const { result } = await run({ pages: urls(...many(200)), hidden: urls(...hidden) })
    assert.deepEqual(edge.asked.slice(0, 70).toSorted(), hidden.toSorted())
    const others = edge.asked.slice(70)
    assert.deepEqual([others.length, others.includes('/page-0/'), others.includes('/page-199/')], [50, true, true])
    assert.ok(edge.mostRunning <= 4)
    assert.equal(result.proof.filter(({ cdn }) => cdn?.state === 'fresh').length, 120)
    assert.match(result.summary, /Fetched through the CDN: 120 of 270 pages, 120 new\./)
  })

  it('what was made of them before the others', async () => {
    for (const path of ['/secret/', '/feed/', ...many(60)]) site.keep(path)
    site.answers = path => (path === '/secret/' ? 404 : 200)
    await run({ pages: urls(...many(60)), hidden: urls('/secret/'), exposed: urls('/feed/') })
    assert.ok(edge.asked.slice(0, 2).includes('/secret/'))
    assert.ok(edge.asked.slice(0, 5).includes('/feed/'), String(edge.asked))
    assert.equal(edge.asked.length, 51)
  })

  it('some of all of the site where everything was purged, the front page among them', async () => {
    for (const path of ['/', ...many(80)]) {
      site.keep(path)
      edge.keep(path)
    }
    site.change({ everything: true })
    const { result } = await site.run({ everything: true, reason: 'New design' }, { cdn: edge })
    assert.deepEqual([edge.asked.length, edge.asked.includes('/')], [50, true])
    assert.deepEqual(layerOf(result), { layer: 'cdn', state: 'purged', count: 0 })
    assert.match(result.summary, /Fetched through the CDN: 50 pages, 50 new\./)
  })

  it('not those that are old here, since it could get nothing else', async () => {
    site.keep('/b/')
    for (let ms = 500; ms < 20_000; ms += 100) site.storeLate('/b/', 60_000, ms)
    const { failure } = await run({ pages: urls('/a/', '/b/') })
    assert.deepEqual([failure?.code, edge.asked], ['page.stale', ['/a/']])
    assert.match(failure?.message ?? '', /nginx: 1 of 2/)
  })
})

describe('an old page at the CDN', () => {
  it('is purged once more, and all is well where that helps', async () => {
    edge.ignores = 1
    const { result, failure } = await run()
    assert.deepEqual([asked(), edge.asked, failure], [['/a/', '/a/'], ['/a/', '/a/'], undefined])
    assert.equal(pageOf(result)?.cdn?.state, 'fresh')
    assert.deepEqual(layerOf(result), { layer: 'cdn', state: 'purged', count: 1 })
  })

  it('fails the layer where it is still there, and the page names it; the job is done', async () => {
    edge.ignores = Infinity
    const { result, failure } = await run()
    assert.deepEqual([asked(), edge.asked, failure], [['/a/', '/a/'], ['/a/', '/a/'], undefined])
    assert.deepEqual(layerOf(result), failed)
    const page = pageOf(result)
    assert.deepEqual([page?.state, page?.layer], ['stale', 'cdn'])
    assert.deepEqual(page?.cdn, { state: 'stale', cache: 'HIT', ageSeconds: page?.cdn?.ageSeconds, status: 200 })
    assert.match(result.summary, /Fetched through the CDN: 1 of 1 page, 1 old\. Purged, but old all the same: CDN \(page\.stale\)\.$/)
  })

  for (const [what, batch] of [
    ['itself', { hidden: urls('/a/') }],
    ['in part', { exposed: urls('/a/') }],
  ] as const)
    it(`fails the job where nobody may see it any more, ${what}, and it is urgent`, async () => {
      edge.ignores = Infinity
      site.answers = () => ('hidden' in batch ? 404 : 200)
      const { result, failure } = await run(batch)
      assert.equal(failure?.code, 'page.stale')
      assert.match(failure?.message ?? '', /cdn: 1 of 1, such as https:\/\/shop\.example\/a\//)
      assert.deepEqual(layerOf(result), failed)
      assert.match(site.cdn.asked.at(-1) ?? '', /^\d+! /)
    })

  it('fails the job also where nobody may see it any more and PHP fails on it', async () => {
    edge.ignores = Infinity
    site.answers = () => 500
    const { failure } = await run({ hidden: urls('/a/'), pages: [] })
    assert.match(failure?.message ?? '', /cdn: 1 of 1/)
  })

  it('is told from a new one by age, where the plugin’s mark does not come through', async () => {
    edge.passesMark = false
    edge.saysStatus = false
    edge.ignores = Infinity
    const { result } = await run()
    assert.equal(pageOf(result)?.cdn?.state, 'stale')
  })

  it('is told by its being a copy, where it does not say its age either', async () => {
    edge.passesMark = false
    edge.saysAge = false
    edge.ignores = Infinity
    const { result } = await run()
    assert.equal(pageOf(result)?.cdn?.state, 'stale')
  })

  it('is no old one where its bytes are those that nginx has now', async () => {
    edge.passesMark = false
    edge.ignores = Infinity
    edge.keep('/a/', 60_000, 'new /a/')
    const { result } = await run()
    assert.deepEqual([pageOf(result)?.cdn?.state, pageOf(result)?.cdn?.cache], ['fresh', 'HIT'])
  })

  it('is asked for again on record, where only the second request is late, and the receipt says pending', async () => {
    edge.ignores = Infinity
    const want = site.cdn.want.bind(site.cdn)
    let wishes = 0
    site.cdn.want = (what, urgent) => {
      if (++wishes === 2) site.cdn.says = { outcome: 'pending', code: 'rate.limited' }
      return want(what, urgent)
    }
    const { result, failure } = await run()
    assert.deepEqual([wishes, failure, edge.asked], [2, undefined, ['/a/']])
    assert.deepEqual(layerOf(result), { layer: 'cdn', state: 'pending', count: 0, code: 'rate.limited' })
    assert.equal(pageOf(result)?.cdn?.state, 'stale')
  })
})

describe('what the CDN answers by itself', () => {
  const see = async (own: ReturnType<EdgeDouble['answers']>): Promise<KindCachePurgeResult> => {
    edge.answers = path => (path === '/a/' ? own : undefined)
    const { result, failure } = await run()
    assert.equal(failure, undefined)
    assert.deepEqual([pageOf(result)?.state, layerOf(result)], ['fresh', { layer: 'cdn', state: 'purged', count: 1 }])
    return result
  }

  for (const [what, own] of [
    ['nothing', 'nothing'],
    ['an error', { status: 522 }],
    ['a question whether one is human', { status: 200, headers: { 'cf-mitigated': 'challenge' } }],
    ['a refusal', { status: 403 }],
    ['a redirect to another site', { status: 302, headers: { location: 'https://login.example/' } }],
    ['a redirect to another scheme', { status: 301, headers: { location: 'http://shop.example/a/' } }],
    ['a redirect to itself', { status: 301, headers: { location: '/a/' } }],
  ] as const)
    it(`is no page where it is ${what}, which neither proves anything nor fails the job`, async () => {
      const result = await see(own)
      assert.equal(pageOf(result)?.cdn?.state, 'unreachable')
      assert.match(result.summary, /the CDN: 1 of 1 page, 1 not to be had\./)
      assert.ok(edge.asked.length <= 4)
      assert.ok(edge.asked.every(path => path === '/a/'))
    })

  it('may be a redirect on the site, whose end is looked at', async () => {
    edge.keep('/a/index/', 5_000)
    const result = await see({ status: 301, headers: { location: '/a/index/' } })
    assert.deepEqual([edge.asked, pageOf(result)?.cdn?.state], [['/a/', '/a/index/'], 'fresh'])
  })

  it('is asked no more where nobody answers, so that a dead address takes no time', async () => {
    for (const path of many(40)) site.keep(path)
    edge.answers = () => 'nothing'
    edge.takesMs = 5_000
    const { result } = await run({ pages: urls(...many(40)) })
    assert.equal(edge.asked.length, 4)
    assert.match(result.summary, /the CDN: 4 of 40 pages, 4 not to be had\./)
  })

  it('is waited for no longer than half a minute', async () => {
    for (const path of many(50)) site.keep(path)
    edge.takesMs = 4_900
    const { result } = await run({ pages: urls(...many(50)) })
    assert.ok((result.timings?.totalMs ?? Infinity) < 40_000, String(result.timings?.totalMs))
  })

  it('is asked once more for what was old also where no time is left to look again', async () => {
    for (const path of many(50)) {
      site.keep(path)
      edge.keep(path)
    }
    edge.takesMs = 4_900
    edge.ignores = Infinity
    const { result } = await run({ pages: urls(...many(50)) })
    assert.equal(asked().length, 50 + result.proof.filter(({ cdn }) => cdn?.state === 'stale').length)
    assert.deepEqual(layerOf(result), failed)
  })

  it('does not keep a change that comes meanwhile from being brought into effect at once', async () => {
    site.keep('/b/')
    edge.takesMs = 4_000
    site.clock.after(3_000, () => site.change({ pages: urls('/b/') }))
    await run()
    const later = site.events.find(event => event.endsWith('refreshes /b/')) ?? ''
    assert.match(later, /^3[0-2]\d\d /)
    assert.deepEqual(
      [asked(), edge.asked],
      [
        ['/a/', '/b/'],
        ['/a/', '/b/'],
      ],
    )
  })

  it('of a page that has changed again meanwhile counts for nothing', async () => {
    edge.takesMs = 4_000
    site.clock.after(3_000, () => site.change({ pages: urls('/a/') }))
    const { result } = await run()
    assert.deepEqual([edge.asked, asked(), pageOf(result)?.cdn?.state], [['/a/', '/a/'], ['/a/', '/a/'], 'fresh'])
  })
})
