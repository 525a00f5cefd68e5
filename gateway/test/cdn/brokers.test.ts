import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openBrokers } from '../../src/cdn/brokers.ts'
import { ManualClock } from '../link/manual-clock.ts'

const silent = { info: () => {}, warn: () => {}, error: () => {} }

describe('an account at a CDN', () => {
  it('is for the accounts that the file has it for, and no other', async () => {
    const main = { name: 'main', token: 'secret', plan: 'pro', for: ['acct_1', 'acct_2'] } as const
    const brokers = await openBrokers([main, { ...main, name: 'shared', for: 'all' }], new ManualClock(), silent)
    const asked = [
      ['acct_1', 'main'],
      ['acct_3', 'main'],
      ['acct_3', 'shared'],
      ['acct_1', 'none'],
    ] as const
    assert.deepEqual(
      asked.map(([accountId, name]) => brokers.mayUse(accountId, name)),
      [true, false, true, false],
    )
    brokers.close()
  })
})
