import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import type { KindCachePurgeInput, KindCachePurgeResult } from '@platen/protocol'
import { SiteDouble, siteUrl } from './site-double.ts'

const page: KindCachePurgeInput = { urls: [`${siteUrl}/a/`] }
const everything: KindCachePurgeInput = { everything: true, reason: 'New design' }
const objectLayer = ({ layers }: KindCachePurgeResult): unknown => layers.find(({ layer }) => layer === 'object')

let site: SiteDouble

beforeEach(() => {
  site = new SiteDouble()
  site.keep('/a/')
})

describe('an object cache that the policy file does not name', () => {
  for (const [what, input] of [
    ['one page', page],
    ['everything', everything],
  ] as const) {
    it(`is left alone and named where ${what} is purged, and the pages are new all the same`, async () => {
      site.objectCache = { prefix: 'shop:' }
      const { result, failure } = await site.run(input)
      assert.deepEqual(objectLayer(result), { layer: 'object', state: 'failed', count: 0, code: 'redis.unnamed' })
      assert.ok(result.summary.includes('Not purged: object cache (redis.unnamed).'), result.summary)
      assert.deepEqual([failure, result.proof.every(({ state }) => state === 'fresh')], [undefined, true])
      assert.ok(!site.calls.some(command => command.startsWith('objectcache')), site.calls.join())
    })
  }

  it('is absent where WordPress keeps none beyond a request', async () => {
    const { result } = await site.run(page)
    assert.deepEqual(objectLayer(result), { layer: 'object', state: 'absent', count: 0 })
  })

  it('is not said to be absent where the plugin can’t be asked', async () => {
    site.describes = 'plugin.missing'
    const { result } = await site.run(page)
    assert.deepEqual(objectLayer(result), { layer: 'object', state: 'failed', count: 0, code: 'plugin.missing' })
  })
})
