import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { idPattern, newId } from '../src/ids.ts'

describe('ids', () => {
  const some = Array.from({ length: 1_000 }, () => newId('job'))

  it('are UUIDs of version 7 behind their prefix', () => {
    const pattern = new RegExp(idPattern('job'))
    for (const id of some) assert.match(id, pattern)
  })

  it('rise in the order in which a process makes them', () => {
    assert.deepEqual(some.toSorted(), some)
  })

  it('are guessed from no other: what is random of them is never there twice', () => {
    assert.equal(new Set(some.map(id => id.slice(-11))).size, some.length)
  })
})
