import assert from 'node:assert/strict'
import { it } from 'node:test'
import { jsonLog } from '../../src/system/json-log.ts'

it('a line of the log is what wrote it, whatever its members claim', () => {
  const lines: string[] = []
  jsonLog(
    'agent',
    line => lines.push(line),
    () => 0,
  ).warn('worker:odd', { event: 'agent:stopped', level: 'info', part: 'launcher', time: 'never', file: 'a' })
  const expected = { time: '1970-01-01T00:00:00.000Z', level: 'warn', part: 'agent', event: 'worker:odd', file: 'a' }
  assert.deepEqual(
    lines.map(line => JSON.parse(line) as unknown),
    [expected],
  )
})
