import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { BothEnds, until } from './both-ends.ts'

describe('an agent that changes its key', { timeout: 60_000 }, () => {
  let ends: BothEnds
  let before: string

  beforeEach(async () => {
    ends = await BothEnds.make()
    before = onDisk().publicKey
  })
  afterEach(() => ends.remove())

  const onDisk = (): { publicKey: string; next?: object } => JSON.parse(readFileSync(ends.identityFile, 'utf8')) as { publicKey: string }
  const stored = async (): Promise<string | undefined> => (await ends.store.agents.resolve(ends.identity.agentId))?.publicKey
  const isChanged = async (): Promise<boolean> => {
    const { publicKey, next } = onDisk()
    return publicKey !== before && next === undefined && publicKey === (await stored())
  }

  it('because somebody at the site asks for it, and goes on with its jobs', async () => {
    const link = ends.startAgent()
    await ends.carryOne()
    link.rotateKey()
    assert.equal(link.keyChanging, true)
    await until(isChanged, 'changed on both sides')
    assert.equal(link.keyChanging, false)
    await ends.carryOne()
  })

  it('because the platform asks for it while it is away', async () => {
    await ends.store.agents.askRotation(ends.accountId, ends.identity.agentId, 1)
    ends.startAgent()
    await until(isChanged, 'changed on both sides')
    assert.equal((await ends.store.agents.resolve(ends.identity.agentId))?.rotationAskedAt, undefined)
    await ends.carryOne()
  })

  it('finds the one that works after it died between the gateway’s step and its own', async () => {
    const link = ends.startAgent()
    await ends.linkIs('open')
    const old = readFileSync(ends.identityFile, 'utf8')
    link.rotateKey()
    const { next } = JSON.parse(readFileSync(ends.identityFile, 'utf8')) as { next?: object }
    await until(isChanged, 'changed on both sides')
    await link.close()
    // As if it had died before it could forget the old key.
    writeFileSync(ends.identityFile, JSON.stringify({ ...(JSON.parse(old) as object), next }))
    ends.readIdentity()
    ends.startAgent()
    await until(isChanged, 'changed on both sides')
    await ends.carryOne()
  })

  it('and one that still holds the old key is kept out', async () => {
    const old = readFileSync(ends.identityFile, 'utf8')
    const link = ends.startAgent()
    await ends.linkIs('open')
    link.rotateKey()
    await until(isChanged, 'changed on both sides')
    await link.close()
    writeFileSync(ends.identityFile, old)
    ends.readIdentity()
    const clone = ends.startAgent()
    await until(() => /401/.test(clone.state.lastClose ?? ''), 'refused')
    assert.equal(ends.gateway.connected(), 0)
  })
})
