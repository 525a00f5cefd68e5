import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { describe, it } from 'node:test'
import { clientAddress } from '../../src/link/client-address.ts'

describe('the address of who asks', () => {
  const asked = (remoteAddress: string, forwarded?: string): IncomingMessage =>
    ({ socket: { remoteAddress }, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage
  const address = clientAddress(['10.0.0.0/8', '::1'])

  it('is the socket’s own where no trusted proxy is in between, whatever a header claims', () => {
    assert.equal(address(asked('198.51.100.1', '203.0.113.9')), '198.51.100.1')
    assert.equal(address(asked('::ffff:198.51.100.1')), '198.51.100.1')
  })

  it('is the last one that is not a trusted proxy’s', () => {
    assert.equal(address(asked('10.1.1.1', '203.0.113.66, 198.51.100.1, 10.2.2.2')), '198.51.100.1')
    assert.equal(address(asked('::1', '2001:db8::7')), '2001:db8::7')
  })

  it('is not known where a proxy says nothing that can be used', () => {
    assert.equal(address(asked('10.1.1.1')), undefined)
    assert.equal(address(asked('10.1.1.1', 'nonsense, 10.1.1.1')), undefined)
    assert.equal(address(asked('10.1.1.1', '10.1.1.1, fe80::1%eth0')), 'fe80::1%eth0')
  })

  it('is not known behind loopback that nobody named: everyone would share it', () => {
    assert.equal(address(asked('127.0.0.1', '198.51.100.1')), undefined)
  })
})
