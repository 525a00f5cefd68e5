import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { castOf } from '../../src/chaos/cast.ts'
import { dice } from '../../src/chaos/dice.ts'

describe('the parts of agents in a run', () => {
  it('are the same for the same seed', () => {
    assert.deepEqual(castOf(dice(7), 24), castOf(dice(7), 24))
    assert.notDeepEqual(castOf(dice(7), 24), castOf(dice(8), 24))
  })

  it('leave owners the sites whose journals stay', () => {
    for (let agents = 1; agents <= 24; agents += 1) {
      const { pool, recreated, owned } = castOf(dice(agents), agents)
      assert.deepEqual(
        [...recreated, ...owned].toSorted((one, other) => one - other),
        Array.from({ length: agents }, (_, index) => index),
      )
      assert.ok(owned.length > 0 && pool.length >= Math.min(2, agents))
    }
  })

  it('have one of the pool and one of the others made anew', () => {
    const { pool, recreated } = castOf(dice(7), 24)
    assert.deepEqual(
      recreated.map(index => pool.includes(index)),
      [true, false],
    )
  })
})
