import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startRetention } from '../src/retention.ts'
import { ManualClock } from './link/manual-clock.ts'

const keepMs = 3_600_000

/** A store that has so many old jobs, and remembers when it was asked to forget some. */
function started(old: number, fails = false) {
  const clock = new ManualClock()
  const asked: number[] = []
  let left = old
  const forget = async (endedBefore: number, most: number): Promise<number> => {
    asked.push(clock.now() - endedBefore)
    if (fails) throw new Error('the disk is gone')
    const gone = Math.min(left, most)
    left -= gone
    return gone
  }
  const lines: string[] = []
  const line = (event: string): void => void lines.push(event)
  const stop = startRetention({ jobs: { forget }, clock, log: { info: line, warn: line, error: line } }, keepMs)
  return { clock, asked, lines, stop, left: () => left }
}

describe('the retention of ended jobs', () => {
  it('lets go of those that ended long enough ago, every minute', async () => {
    const { clock, asked, stop } = started(0)
    await clock.pass(180_000)
    assert.deepEqual(asked, [keepMs, keepMs, keepMs])
    stop()
    await clock.pass(180_000)
    assert.equal(asked.length, 3)
  })

  it('goes on without a pause where there are many', async () => {
    const { clock, left } = started(1_300)
    await clock.pass(64_000)
    assert.equal(left(), 0)
  })

  it('tries again where the store failed', async () => {
    const { clock, asked, lines } = started(5, true)
    await clock.pass(120_000)
    assert.deepEqual([asked.length, lines], [2, ['retention:failed', 'retention:failed']])
  })
})
