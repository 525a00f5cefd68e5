import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { newId, rotationText, type AgentKeyOffer } from '@platen/protocol'
import { readRecord, writeIdentity, type IdentityRecord } from '../../src/identity/identity-file.ts'
import { FileKeyRing } from '../../src/identity/key-ring.ts'
import { newKeyPair } from '../../src/identity/key-pair.ts'
import { tempFolder } from '../support/temp-folder.ts'

function record(): IdentityRecord {
  const gateways = ['http://127.0.0.1:1']
  return {
    version: 1,
    agentId: newId('agent'),
    siteId: newId('site'),
    gateway: 'gateway.test',
    gateways,
    signerRoot: 'root',
    ...newKeyPair(),
  }
}

/** What a gateway does about keys, by the protocol. */
class GatewayKeys {
  inUse: string
  pending: string | undefined
  readonly #agentId: string

  constructor({ publicKey, agentId }: IdentityRecord) {
    this.inUse = publicKey
    this.#agentId = agentId
  }

  /** Lets in whoever signs with one of the two, and takes the new one into use by that. */
  letsIn(sign: (text: string) => string): boolean {
    const key = [this.inUse, this.pending].find(each => each !== undefined && isSigned('hello', sign('hello'), each))
    if (key === undefined) return false
    if (key === this.pending) [this.inUse, this.pending] = [key, undefined]
    return true
  }

  take({ publicKey, signature, proof }: Omit<AgentKeyOffer, 'type'>): boolean {
    const text = rotationText('gateway.test', this.#agentId, this.inUse, publicKey)
    if (!isSigned(text, signature, this.inUse) || !isSigned(text, proof, publicKey)) return false
    this.pending = publicKey
    return true
  }
}

/** Points between which an agent can die, or its connection be lost, in one connection from the hello to the acknowledgement. */
const points = 5

/** One connection that ends at a point; true where it went the whole way. */
function connect(ring: FileKeyRing, gateway: GatewayKeys, endsAt: number): boolean {
  if (endsAt === 0) return false
  if (!gateway.letsIn(text => ring.sign(text))) {
    ring.tryOther()
    return false
  }
  if (endsAt === 1) return false
  ring.welcomed()
  if (!ring.isChanging || endsAt === 2) return endsAt !== 2
  const offer = ring.offer()
  if (endsAt === 3) return false
  const isTaken = gateway.take(offer)
  if (endsAt === 4) return false
  if (isTaken) ring.kept(offer.publicKey)
  else ring.refused(offer.publicKey)
  return true
}

describe('a key that is changed', () => {
  it('leaves one that works on both sides, wherever agent, gateway or connection end', test => {
    const folder = tempFolder(test)
    const event = fc.oneof(
      fc.record({ type: fc.constant('connect' as const), endsAt: fc.integer({ min: 0, max: points }), thenCrash: fc.boolean() }),
      fc.constant({ type: 'rotate' as const }),
    )
    fc.assert(
      fc.property(fc.array(event, { maxLength: 25 }), events => {
        const path = join(folder, `${newId('inst')}.json`)
        const first = record()
        writeIdentity(path, first)
        const gateway = new GatewayKeys(first)
        const restarted = (): FileKeyRing => new FileKeyRing(path, readRecord(path) ?? first)
        let ring = restarted()
        for (const each of events) {
          if (each.type === 'rotate') ring.offer()
          else {
            connect(ring, gateway, each.endsAt)
            if (each.thenCrash) ring = restarted()
          }
        }
        for (let tries = 0; tries < 6; tries += 1) connect(ring, gateway, points)
        assert.equal(ring.isChanging, false)
        const { publicKey, next } = readRecord(path) ?? first
        assert.deepEqual([publicKey, next], [gateway.inUse, undefined])
        assert.equal(
          gateway.letsIn(text => ring.sign(text)),
          true,
        )
      }),
      { numRuns: 150 },
    )
  })

  it('is on disk, for its owner alone, before anybody hears of it', test => {
    const path = join(tempFolder(test), 'identity.json')
    writeIdentity(path, record())
    const ring = new FileKeyRing(path, readRecord(path) as IdentityRecord)
    const { publicKey } = ring.offer()
    assert.equal(readRecord(path)?.next?.publicKey, publicKey)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.equal(ring.offer().publicKey, publicKey)
  })

  it('is forgotten where the gateway refuses it, and one that is not on its way means nothing', test => {
    const path = join(tempFolder(test), 'identity.json')
    const before = record()
    writeIdentity(path, before)
    const ring = new FileKeyRing(path, before)
    const { publicKey } = ring.offer()
    ring.refused('another')
    assert.deepEqual([ring.isChanging, ring.kept('another')], [true, false])
    ring.refused(publicKey)
    assert.deepEqual(readRecord(path), before)
    assert.equal(ring.tryOther(), false)
  })

  it('can still sign what vouches for the next one just before it is given up, and stays where that fails', test => {
    const path = join(tempFolder(test), 'identity.json')
    const before = record()
    writeIdentity(path, before)
    const ring = new FileKeyRing(path, before)
    const { publicKey } = ring.offer()
    ring.kept(publicKey)
    ring.beforeRetiring(() => {
      throw new Error('a full disk')
    })
    assert.throws(() => ring.welcomed(), /a full disk/)
    assert.deepEqual(ring.held(), [before.publicKey, publicKey])
    const said: string[] = []
    ring.beforeRetiring(next => said.push(ring.signWith(before.publicKey, next)))
    ring.welcomed()
    assert.equal(isSigned(publicKey, said[0] ?? '', before.publicKey), true)
    assert.deepEqual(ring.held(), [publicKey])
    assert.throws(() => ring.signWith(before.publicKey, 'too late'), { code: 'internal' })
  })

  it('does not take the place of an agent that was enrolled meanwhile', test => {
    const path = join(tempFolder(test), 'identity.json')
    const before = record()
    writeIdentity(path, before)
    const ring = new FileKeyRing(path, before)
    writeIdentity(path, record())
    const enrolled = readFileSync(path, 'utf8')
    assert.throws(() => ring.offer(), { code: 'agent.revoked' })
    assert.equal(readFileSync(path, 'utf8'), enrolled)
  })
})

function isSigned(text: string, signature: string, publicKey: string): boolean {
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' })
  return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'))
}
