import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  canonicalJson,
  closeCodes,
  closeRetry,
  helloText,
  idPattern,
  kinds,
  localSigningText,
  negotiate,
  newId,
  type Json,
} from '../src/index.ts'

describe('canonicalJson', () => {
  it('gives values that are equal the same text, whatever the order of their keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), object => {
        const reversed = Object.fromEntries(Object.entries(object).toReversed())
        assert.equal(canonicalJson(object as Json), canonicalJson(reversed as Json))
      }),
    )
  })

  it('writes JSON that reads back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        assert.deepEqual(JSON.parse(canonicalJson(value as Json)), JSON.parse(JSON.stringify(value)))
      }),
    )
  })
})

describe('ids', () => {
  it('carry their type and fit their pattern', () => {
    assert.match(newId('job'), new RegExp(idPattern('job')))
    assert.doesNotMatch(newId('site'), new RegExp(idPattern('job')))
  })

  it('sort by the time they were made', () => {
    const ids = Array.from({ length: 50 }, () => newId('job'))
    assert.deepEqual(ids.toSorted(), ids)
  })
})

describe('close codes', () => {
  it('lie in the range that applications may use', () => {
    for (const code of Object.keys(closeCodes)) assert.ok(Number(code) >= 4000 && Number(code) < 5000)
  })

  it('make an unknown close worth another try', () => {
    assert.equal(closeRetry(1006), 'backoff')
    assert.equal(closeRetry(4003), 'never')
    assert.equal(closeRetry(4010), 'slot')
  })
})

describe('negotiate', () => {
  it('takes a revision that both speak, and none where there is none', () => {
    assert.equal(negotiate([9, 1]), 1)
    assert.equal(negotiate([2]), undefined)
  })
})

describe('signed texts', () => {
  it('differ in every part that they bind', () => {
    const base = { nonce: 'n', gateway: 'g' }
    const texts = [
      helloText(base, 'a', 'i'),
      helloText({ ...base, nonce: 'm' }, 'a', 'i'),
      helloText(base, 'b', 'i'),
      helloText(base, 'a', 'j'),
    ]
    assert.equal(new Set(texts).size, texts.length)
    assert.equal(
      localSigningText({ method: 'POST', path: '/v1/jobs', timestamp: '1795478400', nonce: '00', bodyHash: 'ff' }),
      'platen.v1 local\nPOST\n/v1/jobs\n1795478400\n00\nff',
    )
  })
})

describe('kinds', () => {
  it('can all be tried again after a lost worker, and say who they need to be', () => {
    for (const kind of kinds) {
      assert.ok(kind.retry.codes.includes('job.lost'), kind.name)
      assert.ok(['site', 'nginx', 'agent'].includes(kind.role), kind.name)
    }
  })
})
