import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { codingRounds } from '../../../src/kinds/images.optimize/choice.ts'

const png = { format: 'png', width: 10, height: 10, animated: false, sampled: 16_384 } as const

describe('the choice of a coding', () => {
  it('tries a JPEG at 82, then once lower', () => {
    assert.deepEqual(codingRounds({ format: 'jpeg', width: 10, height: 10 }), [
      [{ lossless: false, quality: 82 }],
      [{ lossless: false, quality: 75 }],
    ])
  })

  it('keeps the edges of line art if that gains at all', () => {
    assert.deepEqual(codingRounds({ ...png, colours: 40 })[0], [{ lossless: true }])
  })

  it('lets lossless and lossy compete for a photograph that is a PNG', () => {
    assert.deepEqual(codingRounds({ ...png, colours: 12_000 })[0], [{ lossless: true }, { lossless: false, quality: 82 }])
  })
})
