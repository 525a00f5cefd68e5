import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { pagesIn, withoutPage, withPage, type PageBits } from '../../src/domain/page-bits.ts'

const place = fc.integer({ min: 0, max: 255 })

describe('the pages of a block', () => {
  it('are those that were put in and not taken out, in whatever order', () => {
    const moves = fc.array(fc.tuple(fc.boolean(), place), { maxLength: 400 })
    fc.assert(
      fc.property(moves, all => {
        let bits: PageBits | undefined
        const model = new Set<number>()
        for (const [isIn, page] of all) {
          bits = isIn ? withPage(bits, page) : bits && withoutPage(bits, page)
          if (isIn) model.add(page)
          else model.delete(page)
        }
        assert.deepEqual(new Set(bits ? pagesIn(bits) : []), model)
        assert.equal(bits === undefined, model.size === 0)
        assert.ok((bits?.length ?? 0) <= 32)
      }),
    )
  })

  it('stay the same object where nothing changes', () => {
    const bits = withPage(undefined, 7)
    assert.equal(withPage(bits, 7), bits)
    assert.equal(withoutPage(bits, 8), bits)
  })
})
