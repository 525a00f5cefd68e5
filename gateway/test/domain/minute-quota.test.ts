import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { MinuteQuota } from '../../src/domain/minute-quota.ts'

describe('a quota a minute', () => {
  it('gives each name and all of them together no more than it allows, and forgets with the minute', () => {
    const ask = fc.record({ name: fc.constantFrom('one', 'two', 'three'), afterMs: fc.nat({ max: 20_000 }) })
    fc.assert(
      fc.property(fc.array(ask, { maxLength: 60 }), asks => {
        const quota = new MinuteQuota({ overall: 5, each: 3 })
        const given = new Map<string, number>()
        const count = (key: string): number => given.get(key) ?? 0
        let now = 0
        for (const { name, afterMs } of asks) {
          now += afterMs
          const minute = `${Math.floor(now / 60_000)}`
          const mine = `${minute} ${name}`
          const isLeft = count(minute) < 5 && count(mine) < 3
          assert.equal(quota.left(name, now), isLeft)
          assert.equal(quota.take(name, now), isLeft)
          if (isLeft) for (const key of [minute, mine]) given.set(key, count(key) + 1)
        }
      }),
    )
  })
})
