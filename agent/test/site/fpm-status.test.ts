import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readStatus } from '../../src/site/fpm-status.ts'

describe('the status page of PHP-FPM', () => {
  it('is read as far as it fits', () => {
    const { pool, idleProcesses, slowRequests } = readStatus('{"pool":"www","idle processes":3,"slow requests":"many"}')
    assert.deepEqual([pool, idleProcesses, slowRequests], ['www', 3, 0])
  })

  for (const text of ['<html>', 'null', '5', '[]'])
    it(`is none where ${text} is answered, as any PHP can`, () => {
      assert.throws(() => readStatus(text), { code: 'php.failed' })
    })
})
