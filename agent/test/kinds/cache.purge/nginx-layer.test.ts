import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { nginxOf, SiteDouble, urls } from './site-double.ts'

let site: SiteDouble

beforeEach(() => {
  site = new SiteDouble()
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
