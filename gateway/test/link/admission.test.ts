import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Admission, type Admitted } from '../../src/link/admission.ts'
import { ManualClock } from './manual-clock.ts'

const idle = { connections: 0, unproven: 0 }
const rates = { upgradesPerSecond: 10, refusalsPerMinute: 3, upgradesPerAgent: 1, connections: 100, unproven: 20 }

describe('admission', () => {
  const waits = (admitted: readonly Admitted[]): number[] => admitted.flatMap(each => (each.ok ? [] : [each.retryAfterSeconds]))

  it('lets a storm in at its rate, and spreads those over it', () => {
    const clock = new ManualClock()
    let turn = 0
    const random = (): number => (turn = (turn + 0.37) % 1)
    const admission = new Admission(rates, Object.assign(clock, { random }))
    const storm = Array.from({ length: 1_000 }, () => admission.admit(undefined, idle))
    assert.equal(storm.filter(({ ok }) => ok).length, 10)
    const later = waits(storm)
    assert.ok(Math.max(...later) > 60, 'the last come when the others had their turn')
    assert.ok(new Set(later).size > 50)
    clock.advance(1_000)
    const second = Array.from({ length: 20 }, () => admission.admit(undefined, idle))
    assert.equal(second.filter(({ ok }) => ok).length, 10)
  })

  it('lets nobody in while too many are here, or too many have not said who they are', () => {
    const admission = new Admission(rates, new ManualClock())
    assert.equal(admission.admit(undefined, { connections: 100, unproven: 0 }).ok, false)
    assert.equal(admission.admit(undefined, { connections: 50, unproven: 20 }).ok, false)
    assert.equal(admission.admit(undefined, { connections: 99, unproven: 19 }).ok, true)
  })

  it('does not look at an address that was refused too often, for a while, and hurts no other', () => {
    const clock = new ManualClock()
    const admission = new Admission(rates, clock)
    for (let tries = 0; tries < 3; tries += 1) {
      assert.equal(admission.admit('198.51.100.1', idle).ok, true)
      admission.refused('198.51.100.1')
    }
    assert.deepEqual(waits([admission.admit('198.51.100.1', idle)]), [60])
    assert.equal(admission.admit('198.51.100.2', idle).ok, true)
    clock.advance(60_000)
    assert.equal(admission.admit('198.51.100.1', idle).ok, true)
  })

  it('is not blinded by refusals from a hundred thousand addresses', () => {
    const admission = new Admission({ ...rates, upgradesPerSecond: 1_000_000 }, new ManualClock())
    for (let address = 0; address < 100_000; address += 1) admission.refused(`2001:db8::${address.toString(16)}`)
    assert.equal(admission.admit('198.51.100.2', idle).ok, true)
  })

  it('sends an agent away that comes again and again, and not its neighbours', () => {
    const clock = new ManualClock()
    const admission = new Admission(rates, clock)
    const tries = Array.from({ length: 100 }, () => admission.admitAgent('agent_1').ok)
    assert.equal(tries.filter(Boolean).length, 60)
    assert.equal(admission.admitAgent('agent_2').ok, true)
    clock.advance(2_000)
    assert.deepEqual(
      [1, 2, 3].map(() => admission.admitAgent('agent_1').ok),
      [true, true, false],
    )
  })
})
