import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { quietLog } from '../../src/link/quiet-log.ts'
import { ManualClock } from './manual-clock.ts'

describe('a log that a peer cannot fill', () => {
  const lines: [string, unknown][] = []
  const line = (event: string, members: unknown): void => void lines.push([event, members])

  it('writes a few lines of what one agent does again and again, counts the others, and says so afterwards', () => {
    lines.length = 0
    let withheld = 0
    const clock = new ManualClock()
    const metrics = { count: () => void (withheld += 1), gauge: () => {} }
    const log = quietLog({ info: line, warn: line, error: line }, clock, metrics)
    for (let time = 0; time < 1_000_000; time += 1) log.warn('link:refused', { agentId: 'agent_1' })
    log.warn('link:refused', { agentId: 'agent_2' })
    log.warn('link:closing', { agentId: 'agent_1' })
    assert.equal(lines.length, 12)
    assert.equal(withheld, 999_990)
    clock.advance(60_000)
    log.info('link:open', { agentId: 'agent_1' })
    assert.deepEqual(lines.slice(12), [
      ['log:withheld', { of: 'link:refused agent_1', lines: 999_990 }],
      ['link:open', { agentId: 'agent_1' }],
    ])
  })

  it('writes of one account at a CDN however much it writes of another', () => {
    lines.length = 0
    const metrics = { count: () => {}, gauge: () => {} }
    const log = quietLog({ info: line, warn: line, error: line }, new ManualClock(), metrics)
    for (let time = 0; time < 1_000; time += 1) log.warn('cdn:failed', { account: 'one' })
    log.warn('cdn:failed', { account: 'two' })
    assert.equal(lines.length, 11)
  })
})
