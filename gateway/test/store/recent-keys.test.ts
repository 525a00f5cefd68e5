import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RecentKeys } from '../../src/store/mongo/recent-keys.ts'

describe('keys that were noted lately', () => {
  it('are known for so long, and from anew when they are noted again', () => {
    const keys = new RecentKeys(100)
    assert.equal(keys.has('one', 0), false)
    keys.add('one', 0)
    assert.deepEqual([keys.has('one', 99), keys.has('one', 100)], [true, false])
    keys.add('one', 100)
    assert.equal(keys.has('one', 199), true)
  })

  it('are no more than were noted within that time, however long they are kept count of', () => {
    const keys = new RecentKeys(100)
    for (let now = 0; now < 10_000; now += 1) keys.add(`key ${now}`, now)
    assert.equal(keys.size, 100)
  })

  it('stay while others, noted before and since, are dropped', () => {
    const keys = new RecentKeys(100)
    keys.add('first', 0)
    keys.add('second', 10)
    keys.add('first', 90)
    keys.add('third', 120)
    assert.deepEqual([keys.has('first', 120), keys.has('second', 120), keys.size], [true, false, 2])
  })
})
