import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { prefixFlaw } from '../../src/domain/redis-prefix.ts'

describe('a prefix in Redis', () => {
  it('is one site’s where it names the site and ends with a colon', () => {
    for (const prefix of ['shop:', 'lab-1f2e3d4c:', 'example.com:', 'shop:eu:', 'Größe:', 'wp2:', 'wp:shop:'])
      assert.equal(prefixFlaw(prefix), undefined, prefix)
  })

  it('is refused where a longer name of another site begins with it', () => {
    for (const prefix of ['shop', 'example.com', 'shop_', 'shop-', 's', 'shop:eu']) assert.match(prefixFlaw(prefix) ?? '', /colon/, prefix)
  })

  it('is refused where keys of sites without a prefix begin with it', () => {
    for (const prefix of ['', ':', '::', 'wp:', 'wp_:', 'WP:', '1:', '23:']) assert.notEqual(prefixFlaw(prefix), undefined, prefix)
    assert.match(prefixFlaw('wp:') ?? '', /without a prefix/)
  })

  it('is refused with spaces and control characters, which drop-ins take out of keys', () => {
    for (const prefix of ['my shop:', ' shop:', 'shop\n:', 'shop\u0000:', 'shop\u00a0:', 'shop\u001b[31m:'])
      assert.match(prefixFlaw(prefix) ?? '', /space/, JSON.stringify(prefix))
  })
})
