import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { closeCodes, closeRetry, errorTable, limits, type ErrorCode } from '@platen/protocol'
import { endText, verdictOn, type ConnectionEnd } from '../../src/link/reconnect.ts'

const errorCodes = Object.keys(errorTable) as ErrorCode[]
const ends: fc.Arbitrary<ConnectionEnd> = fc.oneof(
  fc.record({ type: fc.constant('closed' as const), code: fc.integer({ min: 1000, max: 4999 }), reason: fc.string() }),
  fc.record({ type: fc.constant('closed' as const), code: fc.constant(4010), reason: fc.string(), slotMs: fc.nat() }),
  fc.record({ type: fc.constant('answered' as const), status: fc.integer({ min: 200, max: 599 }) }),
  fc.record({ type: fc.constant('answered' as const), status: fc.constant(403), code: fc.constantFrom(...errorCodes) }),
  fc.record({ type: fc.constant('answered' as const), status: fc.constant(503), retryAfterMs: fc.nat() }),
  fc.record({ type: fc.constant('unreachable' as const), message: fc.string() }),
)
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe('what follows the end of a connection', () => {
  it('is a wait within bounds, or a stop; never a negative or endless wait', () => {
    fc.assert(
      fc.property(ends, fc.integer({ min: 1, max: 1_000_000 }), chance, (end, failures, random) => {
        const verdict = verdictOn(end, failures, random)
        if (verdict.type === 'wait') assert.ok(verdict.ms >= 0 && verdict.ms <= 3_600_000)
      }),
    )
  })

  it('is full jitter that doubles up to the cap, or to half a lease, where nobody says otherwise', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1_000, max: 300_000 }), chance, (failures, leaseMs, random) => {
        const verdict = verdictOn({ type: 'unreachable', message: '' }, failures, random, leaseMs)
        const window = Math.min(limits.link.backoffCapMs, leaseMs / 2, limits.link.backoffFirstMs * 2 ** (failures - 1))
        assert.deepEqual(verdict, { type: 'wait', ms: Math.floor(window * random) })
      }),
    )
  })

  it('is what the table says for every code of it', () => {
    for (const code of Object.keys(closeCodes).map(Number)) {
      const verdict = verdictOn({ type: 'closed', code, reason: '' }, 1, 0.5)
      assert.equal(verdict.type, closeRetry(code) === 'never' ? 'never' : 'wait', String(code))
    }
  })

  it('is the slot that a goodbye named', () => {
    assert.deepEqual(verdictOn({ type: 'closed', code: 4010, reason: '', slotMs: 12_345 }, 1, 0.5), { type: 'wait', ms: 12_345 })
  })

  it('is no sooner than Retry-After', () => {
    assert.deepEqual(verdictOn({ type: 'answered', status: 503, retryAfterMs: 7_000 }, 1, 0.5), { type: 'wait', ms: 7_000 })
  })

  it('is to stop when the gateway knows the agent and does not want it, and no other 403 stops', () => {
    for (const code of [undefined, ...errorCodes]) {
      const { type } = verdictOn({ type: 'answered', status: 403, ...(code ? { code } : {}) }, 1, 0.5)
      assert.equal(type, code === 'agent.revoked' ? 'never' : 'wait', code)
    }
  })

  it('can be said in words', () => {
    assert.equal(endText({ type: 'closed', code: 4003, reason: 'agent.revoked' }), '4003 agent.revoked: agent.revoked')
    assert.equal(endText({ type: 'answered', status: 401 }), 'HTTP 401')
    assert.equal(endText({ type: 'answered', status: 503, code: 'rate.limited' }), 'HTTP 503 rate.limited')
  })
})
