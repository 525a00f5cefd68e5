import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { many, nginxOf, SiteDouble, siteUrl } from './site-double.ts'

let site: SiteDouble

beforeEach(() => {
  site = new SiteDouble()
})

describe('everything', () => {
  it('removes all that is kept of the site, but refreshes the front page in its place', async () => {
    const paths = many(50)
    for (const path of ['/', ...paths]) site.keep(path)
    const now = site.clock.us
    const { result } = await site.run({ everything: true, reason: 'a test' })
    assert.deepEqual(site.old(now), [])
    assert.ok(!site.events.some(event => event.endsWith('forgets /')))
    assert.deepEqual([result.refreshed, result.removed, result.warmed], [1, 50, 50])
    assert.deepEqual(
      result.layers.map(({ layer, state }) => `${layer} ${state}`),
      ['object absent', 'opcache purged', 'nginx purged', 'cdn absent'],
    )
  })

  it('goes on behind what others keep in the same folder, and leaves that', async () => {
    for (let index = 0; index < 3_000; index += 1) site.keepKey(`httpGETother.example/${index}`)
    for (const path of ['/', '/a/']) site.keep(path)
    const now = site.clock.us
    await site.run({ everything: true, reason: 'a test' })
    assert.equal([...site.kept.values()].filter(({ key, madeUs }) => key.includes('shop.example') && (madeUs ?? 0) < now).length, 0)
    assert.equal([...site.kept.keys()].length, 3_002)
  })

  it('finds keys with variables of the host’s own, and a neighbour’s beside them are left alone', async () => {
    site.readsKeys('$device:$scheme|$request_method|$host|$request_uri|$lang')
    for (const device of ['mobile', '']) for (const path of ['/a/', '/b/']) site.keepKey(`${device}:http|GET|shop.example|${path}|de`)
    site.keepKey('mobile:http|GET|other.example|/a/|de')
    const { result } = await site.run({ everything: true, reason: 'a test' })
    assert.equal([...site.kept.values()].filter(({ body }) => body === 'old').length, 1)
    assert.deepEqual([nginxOf(result)?.state, result.removed], ['purged', 2])
  })

  it('is not all that nginx keeps where there are keys in a format nobody has seen, and the receipt says so', async () => {
    for (const path of ['/', '/a/']) site.keep(path)
    site.keepKey('mobilehttpGETshop.example/b/')
    const { result } = await site.run({ everything: true, reason: 'a test' })
    assert.deepEqual([nginxOf(result)?.state, nginxOf(result)?.code], ['failed', 'nginx.unknown_key'])
  })

  it('does not count as made anew what is gone, or what nginx stores nothing of', async () => {
    for (const path of ['/', '/gone/', '/cookie/', '/fine/']) site.keep(path)
    site.answers = path => (path === '/gone/' ? 404 : 200)
    site.stores = path => path !== '/cookie/'
    const { result } = await site.run({ everything: true, reason: 'a test' })
    assert.deepEqual(result.proof.map(({ url, state, status }) => `${url.slice(siteUrl.length)} ${state} ${status}`).toSorted(), [
      '/ fresh 200',
      '/cookie/ fresh 200',
      '/fine/ fresh 200',
      '/gone/ removed 404',
    ])
    assert.deepEqual([result.removed, result.warmed], [3, 1])
  })

  it('does nothing at all where PHP is gone or the URL is another’s', async () => {
    site.keep('/a/')
    site.describes = 'php.unavailable'
    await assert.rejects(site.run({ everything: true, reason: 'a test' }), { code: 'php.unavailable' })
    await assert.rejects(site.run({ urls: ['https://evil.example/'] }), { code: 'url.foreign' })
    await assert.rejects(site.run({ urls: [`${siteUrl}/`, 'https://user@shop.example/'] }), { code: 'url.invalid' })
    assert.deepEqual([site.steps, site.kept.size, site.events], [[], 1, []])
  })
})
