import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ChaosAgent } from '../../src/chaos/chaos-agent.ts'
import { FaultHand } from '../../src/chaos/fault-hand.ts'
import type { InFlight } from '../../src/chaos/in-flight.ts'
import type { World } from '../../src/chaos/world.ts'

const flying: InFlight = {
  stepping: ['stepping'],
  running: ['stepping', 'begun'],
  unheard: ['stepping', 'begun'],
  leased: ['stepping', 'begun'],
}

/** A hand that does harm to one agent, which has jobs in flight, and that agent's worker, if it has one. */
function hand(hasWorker: boolean): { readonly hand: FaultHand; readonly isFrozen: () => boolean } {
  let frozen = false
  const agent: Pick<ChaosAgent, 'freeze' | 'inFlight' | 'killWorker'> = {
    freeze: () => {
      frozen = true
      return () => void (frozen = false)
    },
    inFlight: async () => flying,
    killWorker: () => hasWorker,
  }
  return { hand: new FaultHand({ agents: [agent] } as unknown as World, 1_000, () => {}), isFrozen: () => frozen }
}

describe('the hand that kills a worker', () => {
  const fault = { type: 'kill agent', agent: 0, part: 'worker', downMs: 0, afterMs: 0 } as const

  it('excuses whatever ran from saying what it did', async () => {
    const { hand: doing, isFrozen } = hand(true)
    doing.inflict(fault)
    await doing.over()
    assert.deepEqual([...doing.damage.mayBeUnknown], flying.running)
    assert.deepEqual([doing.damage.kills, doing.damage.workersKilled, isFrozen()], [1, 1, false])
  })

  it('excuses nothing where there was no worker to kill', async () => {
    const { hand: doing, isFrozen } = hand(false)
    doing.inflict(fault)
    await doing.over()
    assert.deepEqual([...doing.damage.mayBeUnknown], [])
    assert.deepEqual([doing.damage.kills, doing.damage.workersKilled, isFrozen()], [0, 0, false])
  })
})
