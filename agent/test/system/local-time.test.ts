import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { localTimeIn } from '../../src/system/local-time.ts'

const winter = Date.parse('2026-01-15T23:30:00Z')
const summer = Date.parse('2026-07-15T23:30:00Z')

describe('the time at a site', () => {
  it('is that of its time zone, in winter and in summer', () => {
    assert.deepEqual(localTimeIn('Europe/Berlin', winter), { day: '2026-01-16', weekday: 'fri', minute: 30 })
    assert.deepEqual(localTimeIn('Europe/Berlin', summer), { day: '2026-07-16', weekday: 'thu', minute: 90 })
    assert.deepEqual(localTimeIn('America/New_York', winter), { day: '2026-01-15', weekday: 'thu', minute: 18 * 60 + 30 })
    assert.deepEqual(localTimeIn('Asia/Kolkata', winter), { day: '2026-01-16', weekday: 'fri', minute: 5 * 60 })
  })

  it('may be at a fixed offset', () => {
    assert.deepEqual(localTimeIn('+05:45', winter), { day: '2026-01-16', weekday: 'fri', minute: 5 * 60 + 15 })
    assert.deepEqual(localTimeIn('-03:30', summer), { day: '2026-07-15', weekday: 'wed', minute: 20 * 60 })
  })

  it('is UTC where the time zone is not known', () => {
    assert.deepEqual(localTimeIn('Nowhere/Land', winter), localTimeIn('UTC', winter))
  })
})
