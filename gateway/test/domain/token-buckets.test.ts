import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { TokenBuckets } from '../../src/domain/token-buckets.ts'

describe('token buckets', () => {
  it('give a burst at once, and then their rate, to each name by itself', () => {
    const buckets = new TokenBuckets({ perSecond: 2, burst: 3 }, 100)
    assert.deepEqual(
      [0, 0, 0, 0, 500, 500, 1_000].map(at => buckets.take('one', at)),
      [true, true, true, false, true, false, true],
    )
    assert.equal(buckets.take('other', 0), true)
  })

  it('tell whether one is left without taking it', () => {
    const buckets = new TokenBuckets({ perSecond: 1, burst: 1 }, 100)
    assert.deepEqual(
      [buckets.left('one', 0), buckets.left('one', 0), buckets.take('one', 0), buckets.left('one', 0)],
      [true, true, true, false],
    )
  })

  it('forget names that are full again, and never remember more than they may', () => {
    const buckets = new TokenBuckets({ perSecond: 1, burst: 1 }, 10)
    for (let name = 0; name < 100_000; name += 1) buckets.take(String(name), 0)
    assert.equal(buckets.remembered, 10)
    buckets.take('later', 5_000)
    assert.equal(buckets.remembered, 1)
  })

  it('never give more than burst and rate allow, whatever the clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -2_000, max: 2_000 }), { maxLength: 200 }), steps => {
        const buckets = new TokenBuckets({ perSecond: 5, burst: 10 }, 3)
        let [now, forwardMs, taken] = [0, 0, 0]
        for (const step of steps) {
          now += step
          forwardMs += Math.max(0, step)
          if (buckets.take('one', now)) taken += 1
        }
        assert.ok(taken <= 10 + (forwardMs * 5) / 1_000)
      }),
    )
  })
})
