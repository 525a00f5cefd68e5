import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { dice } from '../../src/chaos/dice.ts'
import { schedule, type Fault } from '../../src/chaos/schedule.ts'

function faults(seed: number, count: number, hasStore = false, recreated: readonly number[] = []): Fault[] {
  const drawn = schedule(dice(seed), { agents: 24, leaseMs: 8_000, hasStore, stretch: 1, recreated })
  return Array.from({ length: count }, () => drawn.next().value)
}

describe('a schedule of faults', () => {
  it('is the same for the same seed, and another for another', () => {
    assert.deepEqual(faults(7, 100), faults(7, 100))
    assert.notDeepEqual(faults(7, 100), faults(8, 100))
  })

  it('has every fault within a round, whatever the seed is', () => {
    const types = (seed: number, hasStore: boolean): number =>
      new Set(faults(seed, hasStore ? 21 : 19, hasStore).map(({ type }) => type)).size
    for (let seed = 0; seed < 20; seed += 1) {
      assert.equal(types(seed, false), 10)
      assert.equal(types(seed, true), 11)
    }
  })

  it('makes containers anew, each once, before the shortest of runs is over', () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const made = faults(seed, 25, false, [3, 5]).filter(fault => fault.type === 'recreate agent')
      assert.deepEqual(
        made.map(({ agent }) => agent),
        [3, 5],
      )
    }
  })

  it('stops and cuts off agents for longer than a lease', () => {
    for (const fault of faults(3, 200)) if (fault.type === 'stop agent' || fault.type === 'cut off agent') assert.ok(fault.forMs > 8_000)
  })
})
