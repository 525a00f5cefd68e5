import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { many, nginxOf, SiteDouble, siteUrl, urls } from './site-double.ts'

let site: SiteDouble

beforeEach(() => {
  site = new SiteDouble()
})

describe('finding entries', () => {
  it('reads no listing where the key is known and no page varies', async () => {
    site.keep('/a/')
    site.change({ pages: urls('/a/'), hidden: urls('/b/') })
    await site.run()
    assert.equal(site.listings, 0)
  })

  it('forgets every variant of pages that vary, by one listing', async () => {
    site.varies = true
    for (const path of ['/a/', '/b/']) {
      site.keep(path)
      for (const device of ['phone', 'watch']) site.keep(path, 60_000, device)
    }
    const now = site.clock.us
    site.change({ pages: urls('/a/', '/b/') })
    await site.run()
    assert.deepEqual([site.old(now), site.listings, site.kept.size], [[], 1, 2])
  })

  it('reads all entries where the key is made of something it can’t tell, and says so', async () => {
    site.policy = { ...site.policy, nginx: { ...site.policy.nginx, cacheKey: '$scheme$request_method$host$request_uri$device' } as never }
    site.keep('/a/')
    const now = site.clock.us
    site.change({ pages: urls('/a/') })
    const { result } = await site.run()
    assert.deepEqual(site.old(now), [])
    assert.match(result.summary, /reading the whole cache/)
  })

  it('removes every entry that may be the page’s where nothing shows the end of its address', async () => {
    site.readsKeys('$scheme$request_method$host$request_uri$device')
    for (const key of ['/a', '/amobile', '/b']) site.keepKey(`httpGETshop.example${key}`)
    site.change({ hidden: urls('/a') })
    site.stores = () => false
    const { result } = await site.run()
    assert.deepEqual(
      [...site.kept.values()].map(({ key }) => key),
      ['httpGETshop.example/b'],
    )
    assert.equal(nginxOf(result)?.state, 'purged')
  })

  it('does not say of a page that it is removed where nginx keeps more than can be remembered', { timeout: 60_000 }, async () => {
    site.readsKeys(undefined)
    for (let index = 0; index <= 200_000; index += 1) site.keepKey(`httpGETshop.example/${index}/`)
    site.keepKey('httpGETshop.example/last/')
    site.answers = () => 503
    site.describes = 'php.timeout'
    site.change({ pages: urls('/0/', '/last/') })
    const { result } = await site.run()
    assert.deepEqual(
      result.proof.map(({ url, state }) => [url, state]),
      [[`${siteUrl}/0/`, 'removed']],
    )
    assert.match(result.summary, /1 page could not be looked for/)
    assert.deepEqual([nginxOf(result)?.state, nginxOf(result)?.code], ['failed', 'nginx.too_many'])
  })

  it('refreshes for as long as it takes where it knows no cache folder', async () => {
    const paths = many(20)
    for (const path of paths) site.keep(path)
    const now = site.clock.us
    site.takesMs = () => 900
    site.change({ pages: urls(...paths) })
    const { result } = await site.run({ changes: true }, { blind: true })
    assert.deepEqual([site.old(now), result.refreshed], [[], 20])
  })

  it('has nginx replace first what nobody may see any more, where it knows no cache folder', async () => {
    const paths = many(300)
    for (const path of [...paths, '/secret/']) site.keep(path)
    const now = site.clock.us
    site.takesMs = () => 900
    site.change({ pages: urls(...paths), hidden: urls('/secret/') })
    let old: readonly string[] = []
    site.clock.after(1_000, () => (old = site.old(now)))
    await site.run({ changes: true }, { blind: true })
    assert.equal(site.events[0], '0 refreshes /secret/')
    assert.ok(!old.includes('/secret/'))
  })

  it('proves pages of a site whose plugin says nothing by what is kept', async () => {
    site.says = false
    site.keep('/a/')
    site.change({ pages: urls('/a/') })
    const { result } = await site.run()
    assert.deepEqual([result.proof[0]?.state, result.proof[0]?.cache, result.refreshed], ['fresh', 'HIT', 1])
  })
})
