import assert from 'node:assert/strict'
import { isIP } from 'node:net'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { cdnPlace } from '../../src/domain/cdn-address.ts'

describe('the address of a CDN', () => {
  it('is an IP address of either version, with or without a port', () => {
    assert.deepEqual(cdnPlace('203.0.113.7'), { ip: '203.0.113.7' })
    assert.deepEqual(cdnPlace('203.0.113.7:8443'), { ip: '203.0.113.7', port: 8443 })
    for (const address of ['2001:db8::7', '[2001:db8::7]']) assert.deepEqual(cdnPlace(address), { ip: '2001:db8::7' })
    assert.deepEqual(cdnPlace('[2001:DB8::7]:443'), { ip: '2001:DB8::7', port: 443 })
    assert.deepEqual(cdnPlace('::ffff:203.0.113.7'), { ip: '::ffff:203.0.113.7' })
  })

  it('may be private, or of this machine', () => {
    for (const ip of ['127.0.0.1', '10.0.0.1', '192.168.1.1', '::1', 'fd00::1']) assert.deepEqual(cdnPlace(ip), { ip })
  })

  it('is no name, nothing that is almost an address, and nothing beside it', () => {
    for (const none of [
      '',
      'shop.example',
      'localhost',
      '1.2.3',
      '1.2.3.4.5',
      '1.2.3.256',
      '010.0.0.1',
      '0x7f.0.0.1',
      '2130706433',
      '1.2.3.4:',
      '1.2.3.4:0',
      '1.2.3.4:65536',
      '[1.2.3.4]',
      '[::1',
      '::1]',
      ':::1',
      'fe80::1%eth0',
      'http://1.2.3.4',
      '1.2.3.4/',
      ' 1.2.3.4',
      '1.2.3.4\n',
    ])
      assert.equal(cdnPlace(none), undefined, JSON.stringify(none))
  })

  it('is never anything that Node would look up as a name', () => {
    const part = fc.constantFrom('1', '255', '256', '01', 'a', ':', '::', '.', '[', ']', '/', '%', 'ffff', '0x1')
    fc.assert(
      fc.property(
        fc.oneof(
          fc.ipV4(),
          fc.ipV6(),
          fc.array(part, { maxLength: 12 }).map(parts => parts.join('')),
        ),
        text => {
          const place = cdnPlace(text)
          assert.ok(place === undefined || isIP(place.ip) > 0, text)
        },
      ),
      { numRuns: 2_000 },
    )
  })
})
