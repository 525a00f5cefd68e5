import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cdnEntry } from '../../src/init/cdn-entry.ts'
import { testPolicy } from '../support/test-policy.ts'

describe('where the CDN is, for the policy file', () => {
  const present = testPolicy('/srv', { cdn: { address: '203.0.113.7' } })

  it('is what root says now, else what the policy file has already', () => {
    assert.deepEqual(cdnEntry('[2001:db8::7]:8443', present), { address: '[2001:db8::7]:8443' })
    assert.deepEqual(cdnEntry(undefined, present), { address: '203.0.113.7' })
    assert.equal(cdnEntry(undefined, testPolicy('/srv')), undefined)
    assert.equal(cdnEntry(undefined, undefined), undefined)
  })

  it('is refused where it is a name, or none', () => {
    for (const address of ['shop.example', 'https://203.0.113.7', '203.0.113.7:0', ''])
      assert.throws(() => cdnEntry(address, present), { code: 'input.invalid', field: 'cdn' }, address)
  })
})
