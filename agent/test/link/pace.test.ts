import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { limits } from '@platen/protocol'
import { Pace } from '../../src/link/pace.ts'

describe('the pace of frames', () => {
  it('stays within what the gateway allows, however much waits and whatever goes first', () => {
    // Each turn: so much time passes, so many frames go out that can't wait, each followed by one that can.
    const turns = fc.array(fc.record({ passedMs: fc.integer({ min: 0, max: 3_000 }), urgent: fc.integer({ min: 0, max: 8 }) }), {
      maxLength: 200,
    })
    fc.assert(
      fc.property(turns, given => {
        let now = 0
        let allowed: number = limits.link.frameBurst
        const pace = new Pace({ monotonic: () => now })
        const send = (): void => {
          pace.spend()
          allowed -= 1
        }
        for (const { passedMs, urgent } of given) {
          now += passedMs
          allowed = Math.min(limits.link.frameBurst, allowed + (passedMs * limits.link.framesPerSecond) / 1_000)
          while (pace.waitMs() === 0) send()
          // What can't wait answers what the gateway sent: it comes no faster than results leave.
          for (let sent = 0; sent < Math.min(urgent, passedMs / 100); sent += 1) send()
          assert.ok(allowed >= 0)
        }
      }),
    )
  })

  it('says how long to wait', () => {
    let now = 0
    const pace = new Pace({ monotonic: () => now })
    while (pace.waitMs() === 0) pace.spend()
    const waitMs = pace.waitMs()
    assert.ok(waitMs > 0 && waitMs < 100)
    now += waitMs
    assert.equal(pace.waitMs(), 0)
  })
})
