import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { many, SiteDouble, urls } from './site-double.ts'

let site: SiteDouble

beforeEach(() => {
  site = new SiteDouble()
})

describe('the second look', () => {
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
})
