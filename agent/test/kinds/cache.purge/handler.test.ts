import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { SiteDouble, siteUrl } from './site-double.ts'

type Result = Awaited<ReturnType<SiteDouble['run']>>['result']

const urls = (...paths: string[]): string[] => paths.map(path => siteUrl + path)
const many = (count: number, prefix = '/page-'): string[] => Array.from({ length: count }, (_, index) => `${prefix}${index}/`)
const when = (event: string | undefined): number => Number(event?.split(' ')[0])

const nginxOf = ({ layers }: Result): Result['layers'][number] | undefined => layers.find(({ layer }) => layer === 'nginx')

let site: SiteDouble

/** Has the policy file say what nginx's keys are. */
function withKey(cacheKey: string | undefined): void {
  site.policy = { ...site.policy, nginx: { ...site.policy.nginx, cacheKey } as never }
}

beforeEach(() => {
  site = new SiteDouble()
})

describe('changes come into effect', () => {
  it('puts new copies in the old ones’ place, so that no visitor waits, and looks at each as a visitor', async () => {
    for (const path of ['/', '/hello/']) site.keep(path)
    const now = site.clock.us
    site.change({ pages: urls('/hello/', '/') })
    const { result, effect } = await site.run()
    assert.equal(effect, 'applied')
    assert.deepEqual(
      result.proof.map(({ url, state, cache, madeAt }) => [url.slice(siteUrl.length), state, cache, (madeAt ?? 0) * 1_000 >= now]),
      [
        ['/hello/', 'fresh', 'HIT', true],
        ['/', 'fresh', 'HIT', true],
      ],
    )
    assert.deepEqual([result.refreshed, result.removed, result.timings?.freshMs, result.timings?.settledMs], [2, 0, 50, 50])
    assert.deepEqual([site.old(now), site.events.filter(event => event.includes('forgets'))], [[], []])
    assert.deepEqual(result.changes, [{ what: '“Hello” was updated' }])
  })

  it('removes first what nobody may see any more, at once and without asking PHP', async () => {
    for (const path of ['/secret/', '/']) site.keep(path)
    site.answers = path => (path === '/secret/' ? 404 : 200)
    site.change({ hidden: urls('/secret/'), pages: urls('/') })
    const { result } = await site.run()
    assert.equal(site.events[0], '0 forgets /secret/')
    assert.deepEqual(
      result.proof.map(({ url, state, status }) => [url.slice(siteUrl.length), state, status]),
      [
        ['/secret/', 'fresh', 404],
        ['/', 'fresh', 200],
      ],
    )
  })

  it('removes as early all else that was made of it, and makes that anew', async () => {
    for (const path of ['/secret/', '/feed/', '/']) site.keep(path)
    const now = site.clock.us
    site.answers = path => (path === '/secret/' ? 404 : 200)
    site.change({ hidden: urls('/secret/'), exposed: urls('/feed/'), pages: urls('/') })
    const { result } = await site.run()
    assert.deepEqual(site.events.slice(0, 2).toSorted(), ['0 forgets /feed/', '0 forgets /secret/'])
    assert.deepEqual([site.old(now), [...site.kept.values()].map(({ body }) => body).toSorted()], [[], ['new /', 'new /feed/']])
    assert.deepEqual([result.refreshed, result.removed, result.warmed], [1, 2, 1])
  })

  it('removes what slow PHP has not made in time, within two seconds of the change, and makes it anew afterwards', async () => {
    const paths = many(12)
    for (const path of paths) site.keep(path)
    const now = site.clock.us
    site.takesMs = () => 700
    site.change({ pages: urls(...paths) })
    site.clock.after(1_900, () => assert.deepEqual(site.old(now), []))
    const { result } = await site.run()
    assert.ok(result.refreshed >= 4 && (result.removed ?? 0) >= 2, result.summary)
    assert.equal(result.warmed, result.removed)
    assert.ok(result.proof.every(({ state }) => state === 'fresh'))
    assert.equal(site.kept.size, paths.length)
  })

  it('counts from the change, not from when it hears of it', async () => {
    site.keep('/a/')
    site.change({ pages: urls('/a/'), sinceUs: site.clock.us - 5_000_000 })
    await site.run()
    assert.equal(site.events[0], '0 forgets /a/')
  })

  it('looks as a visitor at pages from the first to the last, evenly, where they are too many to look at all', async () => {
    const [few, lots] = [many(100, '/few-'), many(400)]
    for (const path of [...few, ...lots]) site.keep(path)
    site.takesMs = () => 1
    site.change({ pages: urls(...few) })
    site.change({ pages: urls(...lots) })
    const { result } = await site.run()
    const visited = site.events.flatMap(event => / visits \/page-(\d+)/.exec(event)?.[1] ?? []).map(Number)
    const steps = visited.slice(1).map((number, index) => number - (visited[index] ?? 0))
    assert.deepEqual([result.refreshed, visited.length, visited[0], visited.at(-1)], [500, 100, 0, 399])
    assert.ok(
      steps.every(step => step >= 3 && step <= 5),
      String(steps),
    )
  })

  it('does not wait with a thousand pages that won’t be reached', async () => {
    const paths = many(1_000)
    for (const path of paths) site.keep(path)
    site.change({ pages: urls(...paths) })
    await site.run()
    const forgotten = site.events.filter(event => event.includes('forgets'))
    assert.ok(forgotten.length > 800 && forgotten.filter(event => when(event) === 0).length > 800)
  })

  it('removes the copy of what nginx does not store: gone, moved, or with a cookie', async () => {
    site.keep('/gone/')
    site.answers = () => 404
    site.change({ pages: urls('/gone/') })
    const { result } = await site.run()
    assert.deepEqual([result.proof[0]?.state, result.proof[0]?.status, site.kept.size], ['fresh', 404, 0])
    assert.deepEqual(
      site.events.map(event => event.split(' ')[1]),
      ['refreshes', 'forgets', 'visits'],
    )
  })

  it('leaves the good copy of a page on which PHP fails', async () => {
    for (const path of ['/broken/', '/fine/']) site.keep(path)
    site.answers = path => (path === '/broken/' ? 500 : 200)
    site.change({ pages: urls('/broken/', '/fine/') })
    const { result } = await site.run()
    assert.deepEqual(
      result.proof.map(({ url, state, status }) => [url.slice(siteUrl.length), state, status]),
      [
        ['/broken/', 'unreachable', 500],
        ['/fine/', 'fresh', 200],
      ],
    )
    assert.equal(site.kept.size, 2)
  })

  for (const [what, describes, code] of [
    ['PHP is gone', 'php.unavailable', 'php.unavailable'],
    ['WordPress is in maintenance', 'maintenance', 'wordpress.maintenance'],
  ] as const) {
    it(`leaves old copies where ${what}, but none of what nobody may see`, async () => {
      for (const path of ['/secret/', '/feed/', '/a/', '/b/']) site.keep(path)
      site.answers = () => (describes === 'maintenance' ? 503 : 502)
      site.describes = describes
      site.change({ hidden: urls('/secret/'), exposed: urls('/feed/'), pages: urls('/a/', '/b/') })
      await assert.rejects(site.run(), { code })
      assert.deepEqual(site.old(Infinity).toSorted(), ['/a/', '/b/'])
    })
  }

  describe('with PHP dead between the new copy and the look at it', () => {
    beforeEach(() => {
      site.keep('/a/')
      site.answers = () => (site.clock.monotonic() <= 50 ? 200 : 502)
      site.change({ pages: urls('/a/') })
    })

    it('proves what nginx has stored', async () => {
      const { result, failure } = await site.run()
      assert.deepEqual([failure, result.proof.map(({ state, cache }) => [state, cache])], [undefined, [['fresh', 'HIT']]])
    })

    it('says of what nginx does not store that nobody gets it', async () => {
      site.stores = () => false
      const { result, failure } = await site.run()
      assert.deepEqual(
        [failure?.code, result.proof.map(({ state, status }) => [state, status]), site.kept.size],
        ['page.unreachable', [['unreachable', 502]], 0],
      )
    })
  })

  it('removes old copies where PHP is there and only has no time', async () => {
    site.keep('/a/')
    site.answers = () => 503
    site.describes = 'php.timeout'
    site.change({ pages: urls('/a/') })
    const { result } = await site.run()
    assert.deepEqual([site.kept.size, result.proof[0]?.state], [0, 'removed'])
  })

  it('stands back while PHP-FPM queues: what it gave up is still PHP’s work', async () => {
    const paths = many(40)
    for (const path of paths) site.keep(path)
    site.takesMs = (_, running) => (running > 1 ? 2_000 : 50)
    site.change({ pages: urls(...paths) })
    await site.run()
    const warming = site.events.filter(event => event.includes('visits')).map(when)
    assert.ok(site.mostRunning <= 4, `${site.mostRunning} at once`)
    // Now and then it tries two.
    const together = warming.filter((at, index) => at === warming[index - 1]).length
    assert.ok(together <= warming.length / 5, `${together} of ${warming.length} together`)
  })

  it('keeps to the two seconds where PHP is there and answers nothing', async () => {
    site.keep('/a/')
    const now = site.clock.us
    let old: readonly string[] = ['not looked yet']
    site.takesMs = () => 15_000
    site.hangs = true
    site.change({ pages: urls('/a/') })
    site.clock.after(1_950, () => (old = site.old(now)))
    await site.run()
    assert.deepEqual(old, [])
  })

  it('ignores what is no address of the site', async () => {
    site.keep('/a/')
    site.change({
      hidden: ['https://evil.example/', 'https://user:pass@shop.example/'],
      pages: [...urls('/a/', '/b\u0000/'), 'file:///etc/passwd', 'https://shop.example:444/'],
    })
    const { result } = await site.run()
    assert.deepEqual(
      result.proof.map(({ url }) => url),
      urls('/a/'),
    )
  })

  it('says so where nothing had changed', async () => {
    const { result, effect } = await site.run()
    assert.deepEqual([effect, result.proof, result.refreshed], ['none', [], 0])
  })

  it('keeps its receipt small, whatever addresses there are', async () => {
    const paths = many(400, `/${'é'.repeat(330)}/`)
    for (const path of paths) site.keep(new URL(siteUrl + path).pathname)
    site.change({ pages: urls(...paths), what: Array.from({ length: 50 }, () => 'ä'.repeat(200)) })
    const { result } = await site.run()
    assert.ok(Buffer.byteLength(JSON.stringify(result)) < 262_144)
  })
})

describe('what goes on while changes come in', () => {
  it('takes what came meanwhile before it goes on making removed pages anew', async () => {
    const paths = many(30)
    for (const path of [...paths, '/late/']) site.keep(path)
    site.takesMs = () => 400
    site.change({ pages: urls(...paths), sinceUs: site.clock.us - 10_000_000 })
    site.clock.after(1_000, () => site.change({ pages: urls('/late/'), what: ['“Late” was updated'] }))
    const { result } = await site.run()
    const late = site.events.findIndex(event => event.endsWith('refreshes /late/'))
    assert.ok(when(site.events[late]) < 2_000)
    assert.ok(site.events.slice(late).some(event => event.includes('visits /page-')))
    assert.deepEqual(result.changes, [{ what: '“Late” was updated' }, { what: '“Hello” was updated' }])
  })

  it('makes those anew first that visitors want most: the front page, then by the access log', async () => {
    const paths = ['/rare/', '/often/', '/', '/sometimes/']
    for (const path of paths) site.keep(path)
    site.visits = new Map([
      ['/often/', 90],
      ['/sometimes/', 9],
    ])
    site.takesMs = () => 60
    site.change({ pages: urls(...paths), sinceUs: site.clock.us - 10_000_000 })
    await site.run()
    const visited = site.events.filter(event => event.includes(' visits ')).map(event => event.split(' ')[2])
    assert.deepEqual(visited, ['/', '/often/', '/sometimes/', '/rare/'])
  })

  it('makes no more than 500 anew', async () => {
    const paths = many(700)
    for (const path of paths) site.keep(path)
    site.takesMs = () => 5
    site.change({ everything: true })
    const { result } = await site.run()
    assert.ok((result.warmed ?? 0) >= 490 && (result.warmed ?? 0) <= 510, String(result.warmed))
  })

  it('finds what a render stored after the purge that had begun before the change', async () => {
    site.keep('/a/')
    const now = site.clock.us
    site.change({ pages: urls('/a/') })
    site.storeLate('/a/', 300, 800)
    const { result } = await site.run()
    assert.deepEqual([site.old(now + 1), result.proof[0]?.state], [[], 'fresh'])
  })

  it('finds it among more than two thousand pages as well', async () => {
    const paths = many(2_100)
    for (const path of paths) site.keep(path)
    const now = site.clock.us
    site.takesMs = () => 5
    site.change({ pages: urls(...paths), sinceUs: now - 10_000_000 })
    for (const path of ['/page-10/', '/page-2050/']) site.storeLate(path, 300, 900)
    await site.run()
    assert.deepEqual(site.old(now), [])
  })

  describe('on a site whose plugin says nothing', () => {
    beforeEach(() => {
      site.says = false
    })
    const bodies = (): string[] => [...site.kept.values()].map(({ body }) => body)

    it('removes once more what was stored after the purge, since nobody can say when it was begun', async () => {
      site.keep('/a/')
      site.change({ pages: urls('/a/') })
      site.storeLate('/a/', 300, 800)
      const { result } = await site.run()
      assert.deepEqual([bodies(), result.proof[0]?.state], [['new /a/'], 'fresh'])
    })

    it('removes it once more after a purge of everything, too', async () => {
      for (const path of ['/', '/a/']) site.keep(path)
      site.storeLate('/a/', 300, 800)
      await site.run({ everything: true, reason: 'a test' })
      assert.deepEqual(bodies(), ['new /'])
    })

    it('leaves the copies that the job itself has made', async () => {
      for (const path of ['/a/', '/b/']) site.keep(path)
      site.change({ pages: urls('/a/') })
      site.change({ pages: urls('/b/'), sinceUs: site.clock.us - 10_000_000 })
      const { result } = await site.run()
      const forgotten = site.events.filter(event => event.includes('forgets')).map(event => event.split(' ')[2])
      assert.deepEqual([forgotten, bodies().toSorted(), result.warmed], [['/b/'], ['new /a/', 'new /b/'], 1])
    })
  })

  it('fails, and names who serves it, where an old copy comes again and again', async () => {
    site.keep('/a/')
    site.change({ pages: urls('/a/') })
    for (let ms = 500; ms < 20_000; ms += 100) site.storeLate('/a/', 60_000, ms)
    const { failure, result } = await site.run()
    assert.equal(failure?.code, 'page.stale')
    assert.match(failure?.message ?? '', /nginx/)
    assert.deepEqual([result.proof[0]?.state, result.proof[0]?.layer], ['stale', 'nginx'])
    assert.match(result.summary, /Visitors still get 1 old page/)
  })

  it('tells what nginx keeps where it has to, before it takes the first', async () => {
    site.keep('/a/')
    site.keptNeeded = true
    await site.run()
    assert.deepEqual(site.told, [urls('/a/')])
  })
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
    withKey('$scheme$request_method$host$request_uri$device')
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
    withKey(undefined)
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

describe('an nginx whose cache folder the policy file does not name', () => {
  const unknown = { layer: 'nginx', state: 'failed', count: 1, code: 'nginx.unknown_cache' }

  it('has not been purged of everything, and the receipt says so', async () => {
    for (const path of ['/', '/a/']) site.keep(path)
    const outcome = await site.run({ everything: true, reason: 'a test' }, { blind: true })
    assert.deepEqual(nginxOf(outcome.result), unknown)
    assert.match(outcome.result.summary, /Not purged: page cache \(nginx\.unknown_cache\)/)
  })

  it('may keep pages of what changed that nobody knows of, and the receipt says so', async () => {
    for (const path of ['/a/', '/feed/']) site.keep(path)
    site.change({ pages: urls('/a/') })
    const outcome = await site.run({ changes: true }, { blind: true })
    assert.deepEqual([nginxOf(outcome.result), outcome.result.proof.map(({ state }) => state)], [unknown, ['fresh']])
  })

  it('is looked at where none of its pages was asked for', async () => {
    site.keep('/')
    site.change({ pages: [] })
    const outcome = await site.run({ changes: true }, { blind: true })
    assert.deepEqual(nginxOf(outcome.result), { ...unknown, count: 0 })
  })

  it('has been purged of pages that were named', async () => {
    site.keep('/a/')
    const outcome = await site.run({ urls: urls('/a/') }, { blind: true })
    assert.deepEqual(nginxOf(outcome.result), { layer: 'nginx', state: 'purged', count: 1 })
  })

  it('is absent as a layer where it keeps nothing', async () => {
    site.caches = false
    const absent = { layer: 'nginx', state: 'absent', count: 0 }
    site.change({ pages: urls('/a/') })
    assert.deepEqual(nginxOf((await site.run({ changes: true }, { blind: true })).result), absent)
    assert.deepEqual(nginxOf((await site.run({ everything: true, reason: 'a test' }, { blind: true })).result), absent)
  })
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
    withKey('$device:$scheme|$request_method|$host|$request_uri|$lang')
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
