import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { purgeWaitMs, spentPurge } from '../../src/domain/purge-rate.ts'

const rate = { burst: 3, everySeconds: 60 }

/** When the burst is whole again after purges at these milliseconds. */
const spentAt = (...times: readonly number[]): number => times.reduce((wholeAt, now) => spentPurge(rate, wholeAt, now), 0)

describe('the rate of purges of everything', () => {
  it('lets a burst pass at once, then one in each interval', () => {
    assert.equal(purgeWaitMs(rate, spentAt(1_000, 1_000), 1_000), 0)
    assert.equal(purgeWaitMs(rate, spentAt(1_000, 1_000, 1_000), 1_000), 60_000)
    assert.equal(purgeWaitMs(rate, spentAt(1_000, 1_000, 1_000), 61_000), 0)
    assert.equal(purgeWaitMs(rate, spentAt(1_000, 1_000, 1_000, 61_000), 61_000), 60_000)
  })

  it('has the whole burst again after so many intervals without one', () => {
    const wholeAt = spentAt(0, 0, 0)
    assert.equal(purgeWaitMs(rate, spentPurge(rate, spentPurge(rate, wholeAt, 180_000), 180_000), 180_000), 0)
  })

  it('never waits longer than one interval, also where the clock was set back', () => {
    assert.equal(purgeWaitMs(rate, spentAt(1e12, 1e12, 1e12), 1_000), 60_000)
  })

  it('is no bound where its interval is nothing', () => {
    const free = { burst: 1, everySeconds: 0 }
    assert.equal(purgeWaitMs(free, spentPurge(free, spentPurge(free, 0, 1_000), 1_000), 1_000), 0)
  })
})
