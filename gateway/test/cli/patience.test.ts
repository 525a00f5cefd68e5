import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PlatenError, type ErrorCode } from '@platen/protocol'
import { patiently, type Waiting } from '../../src/cli/patience.ts'

/** A time in which every pause is a second. */
function seconds(): Waiting & { readonly passed: () => number } {
  let now = 0
  return {
    now: () => now,
    pause: async () => void (now += 1_000),
    passed: () => now / 1_000,
  }
}

/** Fails so often, with a code, before it answers. */
function failing(times: number, code: ErrorCode): () => Promise<string> {
  let left = times
  return async () => {
    if (left === 0) return 'answered'
    left -= 1
    throw new PlatenError(code)
  }
}

describe('somebody who waits for a job', () => {
  it('asks again while the gateway is away, drains, has lost its store or asks for less', async () => {
    for (const code of ['gateway.unreachable', 'gateway.draining', 'store.unavailable', 'rate.limited', 'internal'] as const) {
      const time = seconds()
      assert.equal(await patiently(failing(200, code), time), 'answered', code)
      assert.equal(time.passed(), 200)
    }
  })

  it('gives up after five minutes', async () => {
    const time = seconds()
    await assert.rejects(patiently(failing(10_000, 'gateway.unreachable'), time), { code: 'gateway.unreachable' })
    assert.equal(time.passed(), 300)
  })

  it('gives up at once where waiting does not help', async () => {
    for (const code of ['job.not_found', 'token.invalid', 'token.scope'] as const) {
      const time = seconds()
      await assert.rejects(patiently(failing(1, code), time), { code })
      assert.equal(time.passed(), 0)
    }
  })
})
