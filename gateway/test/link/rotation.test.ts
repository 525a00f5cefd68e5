import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { newId, rotationText, type AgentFrame } from '@platen/protocol'
import { GatewayFixture, gatewayName, type Enrolled } from './gateway-fixture.ts'
import { newKeys, signed, upgrade, type Connection, type Keys } from './wire-agent.ts'

describe('a new key', { timeout: 30_000 }, () => {
  let gateway: GatewayFixture
  let agent: Enrolled
  let next: Enrolled
  let connection: Connection

  beforeEach(async () => {
    gateway = await GatewayFixture.open()
    agent = await gateway.enrol()
    next = { ...agent, keys: newKeys() }
    connection = await gateway.welcomed(agent)
  })
  afterEach(() => gateway.close())

  const offer = (
    keys: Keys,
    change: Partial<Extract<AgentFrame, { type: 'key.offer' }>> = {},
  ): Extract<AgentFrame, { type: 'key.offer' }> => {
    const text = rotationText(gatewayName, agent.agentId, agent.keys.x, keys.x)
    return { type: 'key.offer', publicKey: keys.x, signature: signed(agent.keys, text), proof: signed(keys, text), ...change }
  }
  const isLetIn = async (as: Enrolled): Promise<boolean> => {
    const answer = await upgrade(gateway.url, gateway.token(as))
    if (answer.ok) answer.connection.end()
    return answer.ok
  }

  it('works beside the old one until it is used, and alone from then on', async () => {
    connection.send(offer(next.keys))
    assert.deepEqual(await connection.next('key.ack'), { type: 'key.ack', publicKey: next.keys.x })
    assert.equal(await isLetIn(agent), true)
    connection.end()
    await gateway.welcomed(next)
    assert.equal(await isLetIn(agent), false)
    assert.equal(await isLetIn(next), true)
    const { publicKey, pendingKey } = (await gateway.store.agents.resolve(agent.agentId)) ?? {}
    assert.deepEqual([publicKey, pendingKey], [next.keys.x, undefined])
  })

  it('ends every connection of the old one when it is used', async () => {
    connection.send(offer(next.keys))
    await connection.next('key.ack')
    await gateway.welcomed(next)
    assert.equal(await connection.closed, 4003)
  })

  it('can be offered again, and another one in its place', async () => {
    const other = { ...agent, keys: newKeys() }
    for (const keys of [next.keys, next.keys, other.keys]) {
      connection.send(offer(keys))
      assert.equal((await connection.next('key.ack')).refused, undefined)
    }
    assert.equal(await isLetIn(next), false)
    assert.equal(await isLetIn(other), true)
  })

  it('is refused where not both keys have signed it, for this agent', async () => {
    const stranger = newKeys()
    const elsewhere = rotationText('gateway.other', agent.agentId, agent.keys.x, next.keys.x)
    const refused = [
      offer(next.keys, { signature: signed(stranger, 'anything') }),
      offer(next.keys, { proof: signed(stranger, 'anything') }),
      offer(next.keys, { publicKey: stranger.x }),
      offer(next.keys, { signature: signed(agent.keys, elsewhere), proof: signed(next.keys, elsewhere) }),
      offer(agent.keys),
      offer(next.keys, { publicKey: 'A'.repeat(43) }),
    ]
    for (const frame of refused) {
      connection.send(frame)
      assert.equal((await connection.next('key.ack')).refused, 'key.refused')
    }
    assert.equal((await gateway.store.agents.resolve(agent.agentId))?.pendingKey, undefined)
    assert.equal(gateway.counted('link_frames_refused', 'key.refused'), refused.length)
  })

  it('is refused while two processes hold the old one', async () => {
    await gateway.welcomed(agent)
    connection.send(offer(next.keys))
    assert.equal((await connection.next('key.ack')).refused, 'agent.duplicate')
  })

  it('is not asked for by a hint of what is done already, nor does one end a connection', async () => {
    gateway.bus.publish({ type: 'agent rotation', agentId: agent.agentId })
    gateway.bus.publish({ type: 'agent changed', agentId: agent.agentId })
    connection.send({ type: 'state.report', seq: 9, full: false, facts: {} })
    await connection.next('state.resync')
    assert.deepEqual([connection.isOpen, connection.frames], [true, []])
  })

  it('is asked for at once, or at the next welcome until there is one', async () => {
    await gateway.store.agents.askRotation(gateway.accountId, agent.agentId, 5)
    gateway.bus.publish({ type: 'agent rotation', agentId: agent.agentId })
    await connection.next('key.rotate')
    connection.end()
    const again = await gateway.welcomed(agent)
    await again.next('key.rotate')
    again.send(offer(next.keys))
    await again.next('key.ack')
    again.end()
    const changed = await gateway.welcomed(next)
    changed.send({ type: 'job.result', jobId: newId('job'), attempt: 1, epoch: 1, outcome: 'cancelled', effect: 'none', finishedAt: 1 })
    await changed.next('job.ack')
    assert.deepEqual(changed.frames, [])
  })
})

describe('two processes with one identity', { timeout: 30_000 }, () => {
  it('are told of by the link until one is gone, are counted once, and no more than a few of them are heard', async () => {
    const gateway = await GatewayFixture.open()
    try {
      const agent = await gateway.enrol()
      const first = await gateway.welcomed(agent)
      assert.equal(gateway.link.heldBecause({ id: agent.agentId }), undefined)
      const others = [await gateway.welcomed(agent), await gateway.welcomed(agent), await gateway.welcomed(agent)]
      assert.equal(gateway.link.heldBecause({ id: agent.agentId }), 'duplicate')
      assert.deepEqual([gateway.counted('link_duplicates'), gateway.gauge('link_duplicate_agents')], [1, 1])
      const fifth = await gateway.welcomed(agent)
      assert.equal(await first.closed, 4004)
      for (const other of others) other.end()
      await gateway.until(() => gateway.link.connected() === 1, 'one is left')
      assert.equal(gateway.link.heldBecause({ id: agent.agentId }), undefined)
      assert.equal(gateway.events('link:duplicate_over').length, 1)
      await gateway.queue(agent.siteId)
      await fifth.next('job.offer')
    } finally {
      await gateway.close()
    }
  })
})
