import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { urlOfKey } from '../../../src/kinds/cache.purge/plan.ts'

describe('the URL of a key', () => {
  it('is found behind scheme, method and separators in any order', () => {
    for (const before of ['https', 'httpsGET', 'GEThttps', 'https|GET|', 'GETDESKTOPhttps', ''])
      assert.equal(urlOfKey(`${before}example.com/a?b=c`, 'https://example.com'), 'https://example.com/a?b=c', before)
  })

  it('is none of a key of another host', () => {
    for (const key of ['httpsGETother.example/a', 'httpsGETshop.example.com/a', 'xexample.com/a'])
      assert.equal(urlOfKey(key, 'https://example.com'), undefined, key)
  })

  // A run of capitals could be taken apart in so many ways that this did not end.
  it('is looked for in a key of many letters in one go', { timeout: 10_000 }, () => {
    assert.equal(urlOfKey(`httpsGET${'T'.repeat(30_000)}xexample.com/a`, 'https://example.com'), undefined)
  })
})
