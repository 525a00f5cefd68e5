import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { packNumbers, unpackNumbers } from '../../src/domain/packed-numbers.ts'

describe('packed numbers', () => {
  it('come out as they went in, sorted, however large', () => {
    const numbers = fc.uniqueArray(fc.nat({ max: 2 ** 48 }), { maxLength: 100 })
    fc.assert(
      fc.property(numbers, all => {
        assert.deepEqual(
          unpackNumbers(packNumbers(all)),
          all.toSorted((one, other) => one - other),
        )
      }),
    )
  })

  it('take a byte each where they are near each other', () => {
    assert.equal(packNumbers([100, 101, 150, 227]).length, 4)
  })
})
