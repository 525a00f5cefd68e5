import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DocumentPolicy } from '@platen/protocol'
import { redisPlace } from '../../src/init/redis-place.ts'
import { testPolicy } from '../support/test-policy.ts'

const url = 'redis://127.0.0.1:6379/2'
const place = { url, database: 2, prefix: 'shop:' }
const policyWith = (redis: DocumentPolicy['redis'], root = '/srv/shop'): DocumentPolicy =>
  testPolicy(root, { site: { root, url: 'http://site.test', user: 'site' }, ...(redis ? { redis } : {}) })
const neighbours = (...redis: DocumentPolicy['redis'][]): { file: string; policy: DocumentPolicy }[] =>
  redis.map((one, index) => ({ file: `/etc/platen/${index}.json`, policy: policyWith(one, `/srv/${index}`) }))

describe('the site’s keys in Redis', () => {
  it('are those whose prefix root says, in the URL’s database', () => {
    assert.deepEqual(redisPlace({ redis: url, redisPrefix: 'shop:' }, undefined, '/srv/shop', []), place)
    assert.deepEqual(redisPlace({ redis: 'unix:///run/redis.sock', redisPrefix: 'shop:' }, undefined, '/srv/shop', []), {
      url: 'unix:///run/redis.sock',
      database: 0,
      prefix: 'shop:',
    })
    assert.equal(redisPlace({}, policyWith(place), '/srv/shop', []), undefined)
  })

  it('are never those that the site’s own PHP names: without root’s word there are none', () => {
    assert.throws(() => redisPlace({ redis: url }, undefined, '/srv/shop', []), { code: 'input.invalid', field: 'redis-prefix' })
    assert.throws(() => redisPlace({ redisPrefix: 'shop:' }, undefined, '/srv/shop', []), { code: 'input.invalid', field: 'redis' })
  })

  it('stay those of the policy file that is there, for the same database of the same server', () => {
    assert.deepEqual(redisPlace({ redis: url }, policyWith(place), '/srv/shop', []), place)
    assert.deepEqual(redisPlace({ redis: url, redisPrefix: 'other:' }, policyWith(place), '/srv/shop', [])?.prefix, 'other:')
    for (const redis of ['redis://127.0.0.1:6379/3', 'redis://cache.example/2'])
      assert.throws(() => redisPlace({ redis }, policyWith(place), '/srv/shop', []), { field: 'redis-prefix' }, redis)
  })

  it('are refused where the prefix may stand for other sites too, or the URL for no server', () => {
    for (const redisPrefix of ['shop', 'wp:', ''])
      assert.throws(() => redisPlace({ redis: url, redisPrefix }, undefined, '/srv/shop', []), {
        code: 'input.invalid',
        field: 'redis-prefix',
      })
    for (const redis of ['http://127.0.0.1', 'redis://', 'redis://127.0.0.1/x', '127.0.0.1:6379'])
      assert.throws(() => redisPlace({ redis, redisPrefix: 'shop:' }, undefined, '/srv/shop', []), {
        code: 'input.invalid',
        field: 'redis',
      })
  })

  it('are refused where another site of this machine has some of them', () => {
    const said = { redis: url, redisPrefix: 'shop:' }
    for (const prefix of ['shop:', 'shop:eu:']) {
      for (const at of [url, 'redis://LOCALHOST/2'])
        assert.throws(
          () => redisPlace(said, undefined, '/srv/shop', neighbours(undefined, { url: at, database: 2, prefix })),
          (error: Error & { field?: string }) => error.field === 'redis-prefix' && error.message.includes('/etc/platen/1.json'),
          `${prefix} at ${at}`,
        )
    }
    const apart = neighbours(
      { ...place, prefix: 'shop2:' },
      { ...place, url: 'redis://127.0.0.1:6380/2' },
      { ...place, url: 'redis://127.0.0.1/3', database: 3 },
    )
    assert.deepEqual(redisPlace(said, undefined, '/srv/shop', apart), place)
    assert.deepEqual(redisPlace(said, undefined, '/srv/0', neighbours(place)), place, 'another policy file of the same site')
  })
})
