import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Spared } from '../../src/link/spared.ts'

const leaseMs = 1_000

describe('an agent that could not renew its leases because of us', () => {
  it('has the length of a lease to do so', () => {
    const spared = new Spared(leaseMs)
    spared.note('agent', 500)
    assert.deepEqual(spared.agents(1_499), ['agent'])
    assert.deepEqual(spared.agents(1_500), [])
  })

  it('has it anew each time that something fails here', () => {
    const spared = new Spared(leaseMs)
    for (let now = 0; now <= 5_000; now += 500) spared.note('agent', now)
    assert.deepEqual(spared.agents(5_999), ['agent'])
  })

  it('is not spared for ever where what it says makes us fail again and again', () => {
    const spared = new Spared(leaseMs)
    let now = 0
    for (; now <= 60_000; now += 500) {
      spared.note('agent', now)
      spared.agents(now)
      if (now >= 10 * leaseMs) assert.deepEqual(spared.agents(now), [], String(now))
    }
    assert.deepEqual(spared.agents(now), [])
  })

  it('is spared again once a lease has passed in which nothing failed', () => {
    const spared = new Spared(leaseMs)
    for (let now = 0; now <= 20_000; now += 500) spared.note('agent', now)
    assert.deepEqual(spared.agents(21_000), [])
    spared.note('agent', 21_000)
    assert.deepEqual(spared.agents(21_999), ['agent'])
  })
})
