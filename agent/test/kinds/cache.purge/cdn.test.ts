import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { limits, type KindCachePurgeResult } from '@platen/protocol'
import { SiteDouble, siteUrl } from './site-double.ts'

const urls = (...paths: string[]): string[] => paths.map(path => siteUrl + path)
const layerOf = ({ layers }: KindCachePurgeResult): unknown => layers.find(({ layer }) => layer === 'cdn')
const asked = (): readonly string[] => site.cdn.asked.map(text => text.split(' ')[1]?.replace(siteUrl, '') ?? '')
const when = (text: string | undefined): number => Number(/^\d+/.exec(text ?? ''))

let site: SiteDouble

beforeEach(() => {
  site = new SiteDouble()
  site.cdn.says = { outcome: 'purged' }
})

describe('the CDN is purged', () => {
  it('of what is new at nginx, once it is', async () => {
    for (const path of ['/', '/hello/']) site.keep(path)
    site.change({ pages: urls('/hello/', '/') })
    const { result } = await site.run()
    assert.deepEqual(site.cdn.asked, [`50 ${siteUrl}/hello/`, `50 ${siteUrl}/`])
    assert.deepEqual(layerOf(result), { layer: 'cdn', state: 'purged', count: 2 })
  })

  it('first and urgently of what nobody may see any more, when nginx has none of it', async () => {
    for (const path of ['/secret/', '/']) site.keep(path)
    site.answers = path => (path === '/secret/' ? 404 : 200)
    site.change({ hidden: urls('/secret/'), pages: urls('/') })
    await site.run()
    assert.deepEqual(site.cdn.asked, [`0! ${siteUrl}/secret/`, `50 ${siteUrl}/`])
  })

  it('by tags of what nobody may see any more, urgently, and of all that changed once pages are new', async () => {
    for (const path of ['/secret/', '/']) site.keep(path)
    site.answers = path => (path === '/secret/' ? 404 : 200)
    site.change({ hidden: urls('/secret/'), pages: urls('/'), cdnTags: { closed: ['c1', 'c2'], changed: ['c1', 'c2', 'd3'] } })
    const { result } = await site.run()
    assert.deepEqual(site.cdn.asked, [`0! ${siteUrl}/secret/`, '0! #c1 #c2', `50 ${siteUrl}/`, '50 #c1 #c2 #d3'])
    assert.deepEqual(layerOf(result), { layer: 'cdn', state: 'purged', count: 2 })
  })

  it('fails where tags can’t be put on record, so that the changes come again', async () => {
    site.keep('/')
    site.change({ pages: urls('/'), cdnTags: { closed: [], changed: ['d3'] } })
    site.cdn.refuses = 'disk.full'
    site.cdn.refusesTags = true
    const { result, failure } = await site.run()
    assert.deepEqual(layerOf(result), { layer: 'cdn', state: 'failed', count: 0, code: 'disk.full' })
    assert.equal(failure?.code, 'disk.full')
  })

  it('urgently of pages with other prices or stock, as soon as these are new at nginx and before others are', async () => {
    for (const path of ['/', '/hoodie/', '/shop/']) site.keep(path)
    site.change({ urgent: urls('/hoodie/', '/shop/'), pages: urls('/') })
    await site.run()
    assert.deepEqual(site.cdn.asked, [`50! ${siteUrl}/hoodie/`, `50! ${siteUrl}/shop/`, `100 ${siteUrl}/`])
    assert.deepEqual(site.events.filter(event => event.includes('refreshes')).length, 3)
  })

  it('of a page that was hidden only when nginx has the new one, where its copies can’t be removed, and urgently', async () => {
    site.keep('/secret/')
    site.change({ hidden: urls('/secret/') })
    await site.run({ changes: true }, { blind: true })
    assert.deepEqual(site.cdn.asked, [`50! ${siteUrl}/secret/`])
  })

  it('of what was removed since PHP is slow', async () => {
    const paths = Array.from({ length: 12 }, (_, index) => `/page-${index}/`)
    for (const path of paths) site.keep(path)
    site.takesMs = () => 700
    site.change({ pages: urls(...paths) })
    await site.run()
    assert.deepEqual(asked().toSorted(), paths.toSorted())
    assert.ok(when(site.cdn.asked.at(-1)) < 2_000)
  })

  it('of all of the site, after nginx', async () => {
    for (const path of ['/', '/a/', '/b/']) site.keep(path)
    const { result } = await site.run({ everything: true, reason: 'New design' })
    assert.deepEqual(asked(), ['everything'])
    assert.ok(site.events.filter(event => event.includes('forgets')).every(event => when(event) <= when(site.cdn.asked[0])))
    assert.deepEqual(layerOf(result), { layer: 'cdn', state: 'purged', count: 0 })
  })

  it('again of a page that nginx had stored late, and old', async () => {
    site.keep('/a/')
    site.change({ pages: urls('/a/') })
    site.storeLate('/a/', 500, 400)
    await site.run()
    assert.deepEqual(asked(), ['/a/', '/a/'])
    assert.ok(when(site.cdn.asked[1]) >= 1_000)
  })

  it('not of a page that nginx keeps, since PHP fails on it', async () => {
    for (const path of ['/broken/', '/fine/']) site.keep(path)
    site.answers = path => (path === '/broken/' ? 500 : 200)
    site.change({ pages: urls('/broken/', '/fine/') })
    await site.run()
    assert.deepEqual(asked(), ['/fine/'])
  })

  it('of the pages that are new also where the job fails for another, and the result says so', async () => {
    for (const path of ['/a/', '/b/']) site.keep(path)
    site.change({ pages: urls('/a/', '/b/') })
    for (let ms = 500; ms < 20_000; ms += 100) site.storeLate('/a/', 60_000, ms)
    const { failure, result } = await site.run()
    assert.equal(failure?.code, 'page.stale')
    assert.ok(asked().includes('/b/'))
    assert.equal((layerOf(result) as { state: string }).state, 'purged')
  })

  it('of nothing where nothing was purged here', async () => {
    site.change({ pages: [] })
    site.cdn.says = { outcome: 'kept' }
    const { result } = await site.run()
    assert.deepEqual([site.cdn.asked, layerOf(result)], [[], { layer: 'cdn', state: 'kept', count: 0 }])
  })
})

describe('the CDN’s word', () => {
  const purge = async (): Promise<KindCachePurgeResult> => {
    site.keep('/a/')
    site.change({ pages: urls('/a/') })
    return (await site.run()).result
  }

  it('may be that there is none', async () => {
    site.cdn.says = { outcome: 'absent' }
    const result = await purge()
    assert.deepEqual(layerOf(result), { layer: 'cdn', state: 'absent', count: 0 })
    assert.ok(!result.summary.includes('CDN'))
  })

  for (const code of ['cdn.denied', 'cdn.refused', 'cdn.unknown_host'] as const) {
    it(`names ${code} where it has failed, and the pages are new here all the same`, async () => {
      site.cdn.says = { outcome: 'failed', code }
      const result = await purge()
      assert.deepEqual(layerOf(result), { layer: 'cdn', state: 'failed', count: 0, code })
      assert.ok(result.summary.includes(`Not purged: CDN (${code}).`), result.summary)
      assert.equal(result.proof[0]?.state, 'fresh')
    })
  }

  for (const code of ['rate.limited', 'cdn.unavailable'] as const) {
    it(`is waited for while it is delayed by ${code}, then pending with that`, async () => {
      site.cdn.says = { outcome: 'pending', code }
      const result = await purge()
      assert.deepEqual(layerOf(result), { layer: 'cdn', state: 'pending', count: 0, code })
      assert.ok(result.summary.includes(`Still to be purged: CDN (${code}).`), result.summary)
    })
  }

  it('is not waited for without a gateway', async () => {
    site.cdn.says = { outcome: 'pending', code: 'gateway.unreachable' }
    const result = await purge()
    assert.deepEqual(layerOf(result), { layer: 'cdn', state: 'pending', count: 0, code: 'gateway.unreachable' })
    assert.ok((result.timings?.totalMs ?? Infinity) < 2_000)
  })

  it('is waited for no longer than its time', async () => {
    site.cdn.takesMs = 60_000
    const result = await purge()
    assert.deepEqual(layerOf(result), { layer: 'cdn', state: 'pending', count: 0, code: 'cdn.unavailable' })
    const { totalMs = 0 } = result.timings ?? {}
    assert.ok(totalMs >= limits.cdn.outcomeMs && totalMs < limits.cdn.outcomeMs + 1_000, String(totalMs))
  })

  it('does not keep a change that comes meanwhile from being brought into effect at once', async () => {
    site.cdn.takesMs = 60_000
    site.keep('/b/')
    site.clock.after(3_000, () => site.change({ pages: urls('/b/') }))
    await purge()
    const later = site.events.find(event => event.endsWith('refreshes /b/'))
    assert.ok(when(later) >= 3_000 && when(later) <= 3_300, later)
    assert.deepEqual(asked(), ['/a/', '/b/'])
  })
})

describe('a wish that can’t be put on record', () => {
  const change = (): void => {
    site.keep('/a/')
    site.change({ pages: urls('/a/') })
  }

  for (const code of ['disk.full', 'store.unavailable'] as const) {
    it(`fails the job with ${code}, so that what has changed comes again, and the pages are new here all the same`, async () => {
      site.cdn.refuses = code
      change()
      const { failure, result } = await site.run()
      assert.equal(failure?.code, code)
      assert.deepEqual(layerOf(result), { layer: 'cdn', state: 'failed', count: 0, code })
      assert.equal(result.proof[0]?.state, 'fresh')
    })
  }

  it('is made again as soon as it can be, and all is well', async () => {
    site.cdn.refuses = 'store.unavailable'
    site.cdn.refusals = 1
    change()
    const { failure, result } = await site.run()
    assert.deepEqual([asked(), failure], [['/a/'], undefined])
    assert.deepEqual(layerOf(result), { layer: 'cdn', state: 'purged', count: 1 })
  })

  it('is made once more at the end of the job, when everything was looked at again, and its word is waited for', async () => {
    site.cdn.refuses = 'disk.full'
    site.cdn.takesMs = 1_000
    site.clock.after(1_100, () => (site.cdn.refuses = undefined))
    change()
    const { failure, result } = await site.run()
    assert.deepEqual([asked(), failure], [['/a/'], undefined])
    assert.deepEqual(layerOf(result), { layer: 'cdn', state: 'purged', count: 1 })
  })

  it('may be one for all of the site', async () => {
    site.cdn.refuses = 'disk.full'
    site.cdn.refusals = 1
    const { failure, result } = await site.run({ everything: true, reason: 'New design' })
    assert.deepEqual([asked(), failure], [['everything'], undefined])
    assert.deepEqual(layerOf(result), { layer: 'cdn', state: 'purged', count: 0 })
  })

  it('is as urgent when it is made again', async () => {
    site.keep('/secret/')
    site.answers = () => 404
    site.change({ hidden: urls('/secret/') })
    site.cdn.refuses = 'disk.full'
    site.cdn.refusals = 1
    await site.run()
    assert.deepEqual(site.cdn.asked, [`0! ${siteUrl}/secret/`])
  })

  it('for what is in it is not made again: it would be refused for ever', async () => {
    site.cdn.refuses = 'url.foreign'
    site.cdn.refusals = 1
    change()
    const { failure, result } = await site.run()
    assert.deepEqual([asked(), failure], [[], undefined])
    assert.deepEqual(layerOf(result), { layer: 'cdn', state: 'failed', count: 0, code: 'url.foreign' })
  })
})
