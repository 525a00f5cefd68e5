import assert from 'node:assert/strict'
import { it } from 'node:test'
import { quietLog } from '../src/link/quiet-log.ts'
import { storeFailures } from '../src/store-failures.ts'
import { ManualClock } from './link/manual-clock.ts'

it('failures of a store are all counted by code, and logged with their cause as long as there are few', () => {
  const lines: unknown[] = []
  const counted: string[] = []
  const line = (event: string, members: object = {}): void => void lines.push({ event, ...members })
  const metrics = { count: (name: string, label = '') => void counted.push(`${name} ${label}`), gauge: () => {} }
  const log = quietLog({ info: line, warn: line, error: line }, new ManualClock(), metrics)
  const report = storeFailures(log, metrics)
  const failure = { at: 'jobs.create', code: 'disk.full', cause: 'SQLITE_FULL: database or disk is full' } as const
  for (let times = 0; times < 50; times += 1) report(failure)
  assert.deepEqual(lines[0], { event: 'store:failed', ...failure })
  assert.ok(lines.length < 20)
  assert.equal(counted.filter(name => name === 'store_failures disk.full').length, 50)
})
