import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { PlatenError } from '@platen/protocol'
import { answerValue, callBody, type CallAnswer } from '../../src/site/plugin-answer.ts'

const told = (body: unknown, rest: Partial<CallAnswer> = {}): CallAnswer => ({
  status: 200,
  retryAfter: false,
  complaint: '',
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  ...rest,
})
const codeOf = (answer: CallAnswer): string => {
  try {
    answerValue('opcache.reset', answer)
    return 'none'
  } catch (error) {
    return (error as PlatenError).code
  }
}

describe('what the plugin answers', () => {
  it('is its value, when that fits the command', () => {
    const value = { available: true, count: 3 }
    assert.deepEqual(answerValue('opcache.reset', told({ ok: true, value })), value)
  })

  it('is refused when the value is another command’s, or more than asked', () => {
    assert.equal(codeOf(told({ ok: true, value: { active: true } })), 'plugin.refused')
    assert.equal(codeOf(told({ ok: true, value: { available: true, count: 3, more: 1 } })), 'plugin.refused')
    assert.equal(codeOf(told({ ok: true, value: { available: true, count: -1 } })), 'plugin.refused')
  })

  it('may be an error of the few that a plugin can know; others become plugin.refused', () => {
    assert.equal(codeOf(told({ ok: false, code: 'wordpress.maintenance', message: 'm' })), 'wordpress.maintenance')
    assert.equal(codeOf(told({ ok: false, code: 'plugin.missing', message: 'm' }, { status: 500 })), 'plugin.missing')
    for (const code of ['grant.invalid', 'disk.full', 'internal', 'not.a_code']) {
      assert.equal(codeOf(told({ ok: false, code, message: 'm' })), 'plugin.refused')
    }
  })

  it('is told apart from what is not the plugin by the status', () => {
    assert.equal(codeOf(told('File not found.', { status: 404 })), 'plugin.missing')
    assert.equal(codeOf(told('<html>', { status: 200 })), 'plugin.missing')
    assert.equal(codeOf(told('<html>', { status: 500 })), 'php.failed')
    assert.equal(codeOf(told('<html>', { status: 503 })), 'php.failed')
    assert.equal(codeOf(told('<html>', { status: 503, retryAfter: true })), 'wordpress.maintenance')
    assert.equal(codeOf(told('[]'.padStart(100_000, '['), { status: 200 })), 'plugin.missing')
  })

  it('never brings control characters or endless text into a message', () => {
    const nasty = `\u001b[31mred\r\nforged line\u202e${'x'.repeat(5_000)}`
    for (const answer of [
      told('', { status: 500, complaint: nasty }),
      told({ ok: false, code: 'plugin.refused', message: nasty.slice(0, 400) }),
    ]) {
      assert.throws(
        () => answerValue('opcache.reset', answer),
        (error: PlatenError) => !/[\p{Cc}\p{Cf}]/u.test(error.message) && error.message.length < 400,
      )
    }
  })
})

describe('a call to the plugin', () => {
  it('is the command with its arguments', () => {
    assert.equal(callBody('site.describe', {}).toString(), '{"command":"site.describe","args":{}}')
  })

  it('is refused before it is made where command or arguments are not known', () => {
    assert.throws(() => callBody('toString', {}), { code: 'plugin.refused' })
    assert.throws(() => callBody('site.destroy', {}), { code: 'plugin.refused' })
    assert.throws(() => callBody('opcache.reset', { files: 'all' }), { code: 'plugin.refused' })
  })
})
