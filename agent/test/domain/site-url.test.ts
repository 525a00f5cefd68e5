import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PlatenError } from '@platen/protocol'
import fc from 'fast-check'
import { siteAddress } from '../../src/domain/site-url.ts'

const site = 'https://shop.example'

describe('an address of the site', () => {
  it('is spelt as it was asked for', () => {
    for (const address of ["/?s=it's", '/?s=café', '/caf%c3%a9/', '/?', '/a/../b/', '/?a=^|"', '//twice', '/?next=https://other.example/'])
      assert.equal(siteAddress(site + address, site), site + address)
  })

  it('has the site’s own scheme, host and port, however these were written', () => {
    assert.equal(siteAddress("HTTPS://Shop.Example:443/It's#part", site), `${site}/It's`)
    assert.equal(siteAddress(site, site), `${site}/`)
    assert.equal(siteAddress(`${site}?s=x`, site), `${site}/?s=x`)
  })

  it('is no other site’s, and nothing that would end a line of a request', () => {
    for (const text of [
      'https://other.example/',
      'http://shop.example/',
      'https://me@shop.example/',
      `${site}/a b`,
      `${site}/a\r\nx: y`,
      `${site}/\\x`,
    ])
      assert.throws(() => siteAddress(text, site), PlatenError)
  })

  it('begins with the origin and a slash, or is refused', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), text => {
        let address: string
        try {
          address = siteAddress(`${site}${text}`, site)
        } catch (error) {
          return assert.ok(error instanceof PlatenError)
        }
        assert.ok(address.startsWith(`${site}/`))
        assert.doesNotMatch(address, /[\p{Cc}\s]/u)
      }),
    )
  })
})
