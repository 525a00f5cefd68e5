import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { many, SiteDouble, siteUrl, urls } from './site-double.ts'

const when = (event: string | undefined): number => Number(event?.split(' ')[0])

let site: SiteDouble

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

  it('tells what nginx keeps where it has to, before it takes the first', async () => {
    site.keep('/a/')
    site.keptNeeded = true
    await site.run()
    assert.deepEqual(site.told, [urls('/a/')])
  })
})
