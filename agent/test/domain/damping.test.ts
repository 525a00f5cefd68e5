import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { changedInView, longestUs, purgedAgain, type Damping } from '../../src/domain/damping.ts'

const minute = 60_000_000

describe('a word that changes while pages are made', () => {
  it('goes on at once the first time, and again once it has been quiet', () => {
    const first = changedInView(undefined, false, 0)
    assert.ok(first.passes)
    assert.ok(changedInView(first, false, 60 * minute).passes)
    assert.equal(changedInView(first, false, 60 * minute).waitUs, first.waitUs)
  })

  it('waits where it changes again soon, and longer each time', () => {
    let known: Damping = changedInView(undefined, false, 0)
    let now = 0
    let lastWait = 0
    for (let times = 0; times < 10; times += 1) {
      const soon = changedInView(known, false, now + 1)
      assert.ok(!soon.passes && soon.held)
      assert.ok(soon.untilUs - now > lastWait || soon.untilUs - now === longestUs)
      lastWait = soon.untilUs - now
      now = soon.untilUs
      known = purgedAgain(soon, now)
    }
    assert.equal(lastWait, longestUs)
  })

  it('waits as long as there is where the agent’s own render changes it again', () => {
    const seen = changedInView(changedInView(undefined, false, 0), true, 1)
    assert.deepEqual(seen, { waitUs: longestUs, untilUs: 1 + longestUs, held: true, passes: false })
    assert.equal(changedInView(seen, true, 2 * minute).untilUs, seen.untilUs, 'not put off any further')
  })

  it('is never held back for longer than the longest wait, nor forgotten, whenever it changes and wherever the clock is set', () => {
    const step = fc.record({ pass: fc.integer({ min: 0, max: 2 * longestUs }), isRefresh: fc.boolean(), setBack: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), steps => {
        let [now, known] = [10 * longestUs, undefined as Damping | undefined]
        for (const { pass, isRefresh, setBack } of steps) {
          now += setBack ? -Math.min(pass, now) : pass
          const next = changedInView(known, isRefresh, now)
          assert.notEqual(next.passes, next.held)
          assert.ok(next.untilUs - now <= longestUs)
          known = next
          if (next.held && pass % 2 === 0) {
            now = Math.max(now, next.untilUs)
            known = purgedAgain(next, now)
          }
        }
      }),
    )
  })
})
