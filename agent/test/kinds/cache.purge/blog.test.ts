import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import type { KindCachePurgeInput } from '@platen/protocol'
import { SiteDouble, siteUrl } from './site-double.ts'

const all = ['/', '/a/', '/two', '/two/', '/two/a/', '/twofold/', '/two/deep/a/', '/three/?page=2']

let site: SiteDouble

/** Everything of the blog in a folder, but for what other blogs have below it. */
function everythingOf(folder: string, except: string[] = []): KindCachePurgeInput {
  return { everything: true, reason: 'a test', within: { home: siteUrl + folder, ...(except.length > 0 ? { except } : {}) } }
}

/** Old copies that are left after a purge, in their order. */
async function leftAfter(input: KindCachePurgeInput): Promise<readonly string[]> {
  const now = site.clock.us
  await site.run(input)
  return all.filter(path => site.old(now).includes(path))
}

beforeEach(() => {
  site = new SiteDouble()
  for (const path of all) site.keep(path)
})

describe('everything of one blog of a network', () => {
  it('is what is kept below its folder, and nothing of other blogs', async () => {
    assert.deepEqual(await leftAfter(everythingOf('/two/')), ['/', '/a/', '/twofold/', '/three/?page=2'])
  })

  it('has no part of the blogs in folders of its own', async () => {
    assert.deepEqual(await leftAfter(everythingOf('/two/', ['/two/deep/'])), ['/', '/a/', '/twofold/', '/two/deep/a/', '/three/?page=2'])
    const others = all.filter(path => /^\/(two|three)\b/.test(path))
    assert.deepEqual(await leftAfter(everythingOf('/', ['/two/', '/three/'])), others)
  })

  it('is as WordPress tells blogs apart: whatever capitals and slashes a visitor writes', async () => {
    for (const path of ['/Two/b/', '//two//b/', '/%74wo/b/']) site.keep(path)
    const now = site.clock.us
    await site.run(everythingOf('/two/'))
    assert.deepEqual(
      site.old(now).filter(path => path.endsWith('/b/')),
      ['/%74wo/b/'],
    )
  })

  it('is found in keys with a variable of the host’s own at their end', async () => {
    site.policy = { ...site.policy, nginx: { ...site.policy.nginx, cacheKey: '$scheme$request_method$host$request_uri$device' } as never }
    site.kept.clear()
    for (const path of ['/two/a/?x=1mobile', '/two/a/mobile', '/a/mobile']) site.keepKey(`httpGETshop.example${path}`)
    await site.run(everythingOf('/two/'))
    assert.deepEqual(site.old(1), ['/a/mobile'])
  })

  it('makes its own front page new in place, and leaves compiled PHP, which is the network’s', async () => {
    const { result } = await site.run(everythingOf('/two/'))
    assert.ok(site.events.some(event => event.endsWith('refreshes /two/')))
    assert.ok(!site.events.some(event => event.endsWith('forgets /two/') || event.endsWith('refreshes /')))
    assert.equal(result.layers.find(({ layer }) => layer === 'opcache')?.state, 'kept')
  })

  it('leaves others’ pages alone when it looks again', async () => {
    site.says = false
    site.storeLate('/a/', 5_000, 500)
    site.storeLate('/two/a/', 5_000, 500)
    await site.run(everythingOf('/two/'))
    assert.equal(site.events.filter(event => event.endsWith('forgets /a/')).length, 0)
    assert.equal(site.events.filter(event => event.endsWith('forgets /two/a/')).length, 2)
  })

  it('is refused where the blog has a host of its own, and nothing is touched', async () => {
    const input: KindCachePurgeInput = { everything: true, reason: 'a test', within: { home: 'https://two.example/' } }
    await assert.rejects(site.run(input), { code: 'url.foreign' })
    assert.deepEqual([site.steps, site.events], [[], []])
  })
})
