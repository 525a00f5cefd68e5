import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { PlatenError, type DocumentPolicy, type KindCachePurgeInput, type KindCachePurgeResult } from '@platen/protocol'
import type { ObjectCache } from '../../../src/ports/object-cache.ts'
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

describe('an object cache that the policy file names', () => {
  const here = { host: '127.0.0.1', port: 6379, database: 0 }
  let flushed: number
  const cache = (reach: ObjectCache['reach'] = async () => {}): ObjectCache => ({ flush: async () => ++flushed, reach })
  const layerOf = async (redis: object, objectCache = cache()): Promise<unknown> => {
    site.policy = {
      ...site.policy,
      redis: { url: 'redis://:secret@127.0.0.1:6379', database: 0, prefix: 'shop:', ...redis },
    } as DocumentPolicy
    return objectLayer((await site.run(page, { objectCache })).result)
  }
  const mismatch = { layer: 'object', state: 'failed', count: 0, code: 'redis.mismatch' }

  beforeEach(() => {
    flushed = 0
    site.objectCache = { prefix: 'shop:', redis: here }
  })

  it('is purged where WordPress uses it', async () => {
    for (const [url, redis] of [
      ['redis://127.0.0.1', here],
      ['redis://localhost:6379', here],
      ['rediss://Cache.Example:7000/', { host: 'cache.example', port: 7000, database: 0 }],
      ['redis://[::1]:6379', { host: '::1', port: 6379, database: 0 }],
      ['redis://[fd00::1]:6379', { host: 'fd00::1', port: 6379, database: 0 }],
      ['unix:///run/redis.sock', { socket: '/run/redis.sock', database: 0 }],
    ] as const) {
      site.objectCache = { prefix: 'shop:', redis }
      assert.deepEqual(await layerOf({ url }), { layer: 'object', state: 'purged', count: flushed }, url)
    }
    assert.equal(flushed, 6)
  })

  for (const [what, redis] of [
    ['another server', { ...here, host: '10.0.0.2' }],
    ['another port', { ...here, port: 6380 }],
    ['a socket', { socket: '/run/redis.sock', database: 0 }],
    ['another database', { ...here, database: 3 }],
  ] as const) {
    it(`is not touched, nor said to be purged, where WordPress uses ${what}`, async () => {
      site.objectCache = { prefix: 'shop:', redis }
      assert.deepEqual([await layerOf({}), flushed], [mismatch, 0])
    })
  }

  it('is not said to be purged where WordPress keeps its objects elsewhere, such as in files', async () => {
    site.objectCache = { prefix: 'shop:' }
    assert.deepEqual([await layerOf({}), flushed], [mismatch, 0])
  })

  it('is named as away where neither WordPress nor the agent reaches it', async () => {
    site.objectCache = { prefix: 'shop:' }
    const away = cache(() => Promise.reject(new PlatenError('redis.unavailable')))
    assert.deepEqual(await layerOf({}, away), { ...mismatch, code: 'redis.unavailable' })
  })
})

describe('compiled PHP', () => {
  const opcacheLayer = ({ layers }: KindCachePurgeResult): unknown => layers.find(({ layer }) => layer === 'opcache')
  const forgets = (): number => site.events.findIndex(event => event.endsWith('forgets compiled PHP'))

  it('is forgotten where code has changed, before a page is made of it, and after what nobody may see is gone', async () => {
    site.keep('/secret/')
    site.keep('/')
    site.change({ everything: true, code: true, hidden: [`${siteUrl}/secret/`] })
    const { result, failure } = await site.run()
    assert.deepEqual([opcacheLayer(result), failure], [{ layer: 'opcache', state: 'purged', count: 7 }, undefined])
    const renders = site.events.findIndex(event => / (?:refreshes|visits) \/(?!secret)/.test(event))
    assert.ok(forgets() < renders && forgets() > site.events.findIndex(event => event.endsWith('forgets /secret/')), site.events.join('\n'))
  })

  it('makes what was rendered with the old code old, though it was begun after the change', async () => {
    site.keep('/late/', 100)
    site.change({ everything: true, code: true, sinceUs: site.clock.us - 200_000, atUs: site.clock.us - 200_000 })
    await site.run()
    assert.ok(
      site.events.some(event => event.endsWith('forgets /late/')),
      site.events.join('\n'),
    )
  })

  it('is kept where other things have changed', async () => {
    site.change({ everything: true })
    const { result } = await site.run()
    assert.deepEqual([opcacheLayer(result), forgets()], [{ layer: 'opcache', state: 'kept', count: 0 }, -1])
  })

  it('is named where it can’t be forgotten, and the pages are new all the same', async () => {
    for (const code of ['php.timeout', 'plugin.missing'] as const) {
      site.resets = code
      site.change({ everything: true, code: true })
      const { result, failure } = await site.run()
      assert.deepEqual([opcacheLayer(result), failure], [{ layer: 'opcache', state: 'failed', count: 0, code }, undefined])
    }
  })
})
