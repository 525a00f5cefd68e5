import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { looksAlike } from '../../../src/kinds/images.optimize/resemblance.ts'

const side = 16
const drawn = (level: (x: number, y: number) => number): Uint8Array =>
  Uint8Array.from({ length: side * side }, (_, at) => level(at % side, Math.floor(at / side)))
const hill = (left: number) => (x: number, y: number) => 20 + 200 * Math.exp(-((x - left) ** 2 + (y - 8) ** 2) / 15)

describe('whether two glances show the same', () => {
  it('is true of a picture and itself, whatever it shows', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: side * side, maxLength: side * side }), glance => looksAlike(glance, glance)))
  })

  it('is true where only contrast and brightness differ', () => {
    assert.ok(
      looksAlike(
        drawn(hill(8)),
        drawn((x, y) => 15 + hill(8)(x, y) * 0.8),
      ),
    )
  })

  it('is false where the picture was cut elsewhere', () => {
    assert.ok(!looksAlike(drawn(hill(8)), drawn(hill(7))))
  })

  it('is false where the picture was turned over', () => {
    assert.ok(
      !looksAlike(
        drawn((x, y) => x * 8 + y),
        drawn((x, y) => (15 - x) * 8 + y),
      ),
    )
  })

  it('compares flat pictures by their level', () => {
    const flat = (level: number): Uint8Array => drawn(() => level)
    assert.ok(looksAlike(flat(100), flat(104)))
    assert.ok(!looksAlike(flat(100), flat(160)))
    assert.ok(!looksAlike(flat(100), drawn(hill(8))))
  })
})
