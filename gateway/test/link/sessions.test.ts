import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { limits, newId, PlatenError, type AgentFrame } from '@platen/protocol'
import { GatewayFixture, type Enrolled } from './gateway-fixture.ts'
import { ManualClock } from './manual-clock.ts'
import { newKeys, signed, upgrade, type Connection } from './wire-agent.ts'

describe('a session', () => {
  let gateway: GatewayFixture
  let agent: Enrolled

  beforeEach(async () => {
    gateway = await GatewayFixture.open()
    agent = await gateway.enrol()
  })
  afterEach(() => gateway.close())

  it('is refused when another key signed the nonce', async () => {
    const connection = await gateway.connect(agent)
    await connection.hello(agent.agentId, newKeys())
    assert.equal(await connection.closed, 4002)
  })

  it('is refused when the nonce of another connection was signed', async () => {
    const connection = await gateway.connect(agent)
    await connection.hello(agent.agentId, agent.keys, { signature: signed(agent.keys, 'platen.v1 hello\nanother nonce') })
    assert.equal(await connection.closed, 4002)
  })

  it('is refused when hello names another agent than the token', async () => {
    const other = await gateway.enrol()
    const connection = await gateway.connect(agent)
    await connection.hello(other.agentId, other.keys)
    assert.equal(await connection.closed, 4002)
  })

  it('is refused without a common revision', async () => {
    const connection = await gateway.connect(agent)
    await connection.hello(agent.agentId, agent.keys, { revisions: [999] })
    assert.equal(await connection.closed, 4005)
  })

  it('ends at once when its agent is revoked by another enrolment', async () => {
    const connection = await gateway.welcomed(agent)
    const next = await gateway.enrol(agent.siteId)
    assert.equal(await connection.closed, 4003)
    const again = await upgrade(gateway.url, gateway.token(agent))
    assert.equal(!again.ok && again.status, 403)
    await gateway.welcomed(next)
  })

  it('is told by its welcome what this gateway acts on', async () => {
    const connection = await gateway.connect(agent)
    await connection.hello(agent.agentId, agent.keys)
    assert.deepEqual((await connection.next('welcome')).capabilities, ['cdn.request', 'cdn.tags', 'job.created', 'job.wait', 'key.offer'])
  })

  it('starts over when its pool was changed before it could be told', async () => {
    const connection = await gateway.connect(agent)
    await gateway.store.agents.assignPool(gateway.accountId, agent.agentId, 'verifiers')
    await connection.hello(agent.agentId, agent.keys)
    assert.equal(await connection.closed, 4013)
    await gateway.welcomed(agent)
  })

  it('starts over when its pool is changed', async () => {
    const connection = await gateway.welcomed(agent)
    await gateway.store.agents.assignPool(gateway.accountId, agent.agentId, 'verifiers')
    gateway.bus.publish({ type: 'agent changed', agentId: agent.agentId })
    assert.equal(await connection.closed, 4013)
  })

  it('gives way to a newer connection of the same process', async () => {
    const instanceId = newId('inst')
    const older = await gateway.welcomed(agent, { instanceId })
    const newer = await gateway.welcomed(agent, { instanceId })
    assert.equal(await older.closed, 4004)
    await gateway.queue(agent.siteId)
    await newer.next('job.offer')
  })

  it('gets no jobs while another process holds the same identity, and an operator can see it', async () => {
    const one = await gateway.welcomed(agent)
    const other = await gateway.welcomed(agent)
    assert.equal(gateway.events('link:duplicate_agent').length, 1)
    await gateway.queue(agent.siteId)
    for (const each of [one, other]) {
      each.send({ type: 'state.report', seq: 5, full: false, facts: {} })
      await each.next('state.resync')
    }
    assert.deepEqual([...one.frames, ...other.frames], [])
    one.end()
    await other.next('job.offer')
  })

  const broken: readonly (readonly [title: string, send: (connection: Connection) => void, code: number, counted: string])[] = [
    ['text that is no JSON', connection => connection.raw('{"type":'), 4006, 'frame.invalid'],
    ['a frame of an unknown type', connection => connection.raw('{"type":"job.steal"}'), 4006, 'frame.invalid'],
    ['a frame named like a member of every object', connection => connection.raw('{"type":"constructor"}'), 4006, 'frame.invalid'],
    ['a frame that breaks its schema', connection => connection.raw('{"type":"heartbeat","running":7}'), 4006, 'frame.invalid'],
    ['a frame nested too deeply', connection => connection.raw(`${'['.repeat(100_000)}${']'.repeat(100_000)}`), 4006, 'frame.invalid'],
    ['bytes instead of text', connection => connection.raw(Buffer.from('{}')), 4006, 'frame.invalid'],
    [
      'a frame over the size bound',
      connection => connection.raw(JSON.stringify({ type: 'x'.repeat(limits.link.frameBytes) })),
      4007,
      'frame.too_large',
    ],
    ['a payload far over the size bound', connection => connection.raw('x'.repeat(3 * limits.link.frameBytes)), 1009, 'frame.too_large'],
    ['a second hello', connection => connection.send(secondHello), 4009, 'frame.out_of_state'],
  ]
  const secondHello: AgentFrame = {
    type: 'hello',
    agentId: newId('agent'),
    instanceId: newId('inst'),
    signature: 'x',
    revisions: [1],
    capabilities: [],
    version: '0',
    running: [],
    stateSeq: 0,
  }
  for (const [title, send, code, counted] of broken) {
    it(`is closed by the table for ${title}, and the gateway goes on`, async () => {
      const connection = await gateway.welcomed(agent)
      send(connection)
      assert.equal(await connection.closed, code)
      await gateway.until(() => gateway.counted('link_frames_refused', counted) === 1, 'it is counted')
      await gateway.welcomed(agent)
    })
  }

  it('is closed when a frame comes before hello', async () => {
    const connection = await gateway.connect(agent)
    connection.send({ type: 'heartbeat', running: [] })
    assert.equal(await connection.closed, 4009)
  })

  it('is closed for a flood, logged once with the agent’s id', async () => {
    const connection = await gateway.welcomed(agent)
    for (let sent = 0; sent < 3 * limits.link.frameBurst; sent += 1) connection.send({ type: 'heartbeat', running: [] })
    assert.equal(await connection.closed, 4008)
    assert.deepEqual(
      gateway.events('link:closing').map(({ members }) => [members['agentId'], members['code']]),
      [[agent.agentId, 4008]],
    )
  })

  it('counts as connected from its welcome to its end', async () => {
    const connection = await gateway.welcomed(agent)
    assert.equal(gateway.link.connected(), 1)
    assert.ok((await gateway.store.agents.resolve(agent.agentId))?.connectedAt)
    connection.end()
    await gateway.until(async () => (await gateway.store.agents.resolve(agent.agentId))?.connectedAt === undefined, 'gone')
    assert.equal(gateway.link.connected(), 0)
  })
})

describe('the end of a session', () => {
  let gateway: GatewayFixture
  let agent: Enrolled
  beforeEach(async () => {
    gateway = await GatewayFixture.open()
    agent = await gateway.enrol()
  })
  afterEach(() => gateway.close())
  const isConnected = async (): Promise<boolean> => (await gateway.store.agents.resolve(agent.agentId))?.connectedAt !== undefined
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 100; turn += 1) await new Promise(resolve => setImmediate(resolve))
  }

  it('is written down before a gateway that leaves has left, however slow the store', async test => {
    await gateway.welcomed(agent)
    const left = gateway.store.agents.left.bind(gateway.store.agents)
    test.mock.method(gateway.store.agents, 'left', async (...args: Parameters<typeof left>) => {
      await turns()
      await left(...args)
    })
    await gateway.link.drain()
    assert.equal(await isConnected(), false)
  })

  it('does not make an agent one that has gone which has come to another gateway since', async () => {
    const connection = await gateway.welcomed(agent)
    await gateway.store.agents.seen(agent.agentId, 'sess_of_another_gateway', Date.now())
    connection.end()
    await gateway.until(() => gateway.link.connected() === 0, 'gone')
    await gateway.link.drain()
    assert.equal(await isConnected(), true)
  })

  it('does not make an agent one that has gone of which another process is connected, whichever ends first', async () => {
    const older = await gateway.welcomed(agent)
    const newer = await gateway.welcomed(agent)
    newer.end()
    await gateway.until(() => gateway.link.connected() === 1, 'one left')
    await roundTrip(older)
    assert.equal(await isConnected(), true)
    older.end()
    await gateway.until(async () => !(await isConnected()), 'gone')
  })

  it('is written down also where it came while the store was asked whether to let it in', async test => {
    const leased = gateway.store.jobs.leased.bind(gateway.store.jobs)
    const { promise: goOn, resolve } = Promise.withResolvers<void>()
    const asked = test.mock.method(gateway.store.jobs, 'leased', async (...args: Parameters<typeof leased>) => {
      await goOn
      return leased(...args)
    })
    const connection = await gateway.connect(agent)
    await connection.hello(agent.agentId, agent.keys)
    await gateway.until(() => asked.mock.callCount() === 1, 'asked')
    connection.end()
    await gateway.until(() => gateway.link.connected() === 0, 'gone')
    resolve()
    await gateway.until(async () => (await gateway.store.agents.resolve(agent.agentId))?.seenAt !== undefined, 'seen')
    await gateway.link.drain()
    assert.equal(await isConnected(), false)
  })
})

describe('time and sessions', () => {
  let clock: ManualClock
  let gateway: GatewayFixture
  let agent: Enrolled

  beforeEach(async () => {
    clock = new ManualClock()
    gateway = await GatewayFixture.open({ clock })
    agent = await gateway.enrol()
  })
  afterEach(async () => {
    await Promise.all([gateway.close(), clock.pass(10_000)])
  })

  it('a hello that does not come ends the session', async () => {
    const connection = await gateway.connect(agent)
    await connection.next('challenge')
    await clock.pass(limits.link.helloMs + 2_000)
    assert.equal(await connection.closed, 4001)
  })

  it('silence ends the session', async () => {
    const connection = await gateway.welcomed(agent)
    await clock.pass(limits.link.silenceMs + 2_000)
    assert.equal(await connection.closed, 4011)
  })

  for (const [title, ms] of [
    ['forth', 3_600_000],
    ['back', -3_600_000],
  ] as const) {
    it(`a clock that is set ${title} ends no session, and silence does as before`, async () => {
      const connection = await gateway.welcomed(agent)
      const early = await gateway.connect(agent)
      clock.set(ms)
      await clock.pass(5_000)
      assert.equal(gateway.link.connected(), 1)
      assert.equal(gateway.gauge('link_unproven'), 1)
      await clock.pass(limits.link.helloMs)
      assert.equal(await early.closed, 4001)
      await clock.pass(limits.link.silenceMs - limits.link.helloMs - 10_000)
      assert.equal(gateway.link.connected(), 1)
      await clock.pass(10_000)
      assert.equal(await connection.closed, 4011)
    })
  }

  it('a revocation is noticed also where nobody told of it', async () => {
    const connection = await gateway.welcomed(agent)
    await gateway.store.agents.revoke(gateway.accountId, agent.agentId, clock.now())
    await gateway.until(async () => {
      if (connection.isOpen) connection.send({ type: 'heartbeat', running: [] })
      await clock.pass(10_000)
      return !connection.isOpen
    }, 'closed')
    assert.equal(await connection.closed, 4003)
  })

  it('a new key that was asked for is asked for also where nobody told of it', async () => {
    const connection = await gateway.welcomed(agent)
    await gateway.store.agents.askRotation(gateway.accountId, agent.agentId, clock.now())
    connection.send({ type: 'heartbeat', running: [] })
    await connection.next('key.rotate')
  })

  it('a heartbeat keeps the lease of what it lists', async () => {
    const { id } = await gateway.queue(agent.siteId)
    const connection = await gateway.welcomed(agent)
    const { attempt, epoch } = await connection.next('job.offer')
    connection.send({ type: 'job.accept', jobId: id, attempt, epoch })
    await gateway.until(async () => (await gateway.job(id)).state === 'running', 'running')
    const leaseEnd = async (): Promise<number> => {
      const job = await gateway.job(id)
      return job.state === 'running' ? job.lease.expiresAt : 0
    }
    const before = await leaseEnd()
    clock.advance(30_000)
    connection.send({ type: 'heartbeat', running: [{ jobId: id, attempt, epoch }] })
    await gateway.until(async () => (await leaseEnd()) === before + 30_000, 'renewed')
  })

  it('a heartbeat that comes late does not keep the next one from being heard, nor does a clock that is set back', async () => {
    const { id } = await gateway.queue(agent.siteId)
    const connection = await gateway.welcomed(agent)
    const { attempt, epoch } = await connection.next('job.offer')
    const renews = async (): Promise<void> => {
      connection.send({ type: 'heartbeat', running: [{ jobId: id, attempt, epoch }] })
      await gateway.until(async () => {
        const job = await gateway.job(id)
        return job.state === 'running' && job.lease.expiresAt === clock.now() + limits.job.leaseMs
      }, 'renewed')
    }
    await renews()
    clock.advance(limits.link.heartbeatMs / 2)
    await renews()
    clock.set(-3_600_000)
    await renews()
  })

  it('a state report that was one too many is made up for when there is room again', async () => {
    const connection = await gateway.welcomed(agent)
    const stored = async (): Promise<number> => (await gateway.store.agents.resolve(agent.agentId))?.stateSeq ?? 0
    const { reportBurst, heartbeatMs } = limits.link
    for (let seq = 1; seq <= reportBurst + 1; seq += 1) connection.send({ type: 'state.report', seq, full: true, facts: { seq } })
    await gateway.until(() => gateway.counted('link_frames_surplus', 'state.report') === 1, 'left out')
    assert.equal(await stored(), reportBurst)
    clock.advance(heartbeatMs)
    connection.send({ type: 'heartbeat', running: [] })
    await connection.next('state.resync')
    connection.send({ type: 'state.report', seq: reportBurst + 2, full: true, facts: {} })
    await gateway.until(async () => (await stored()) === reportBurst + 2, 'stored')
    clock.advance(heartbeatMs)
    connection.send({ type: 'heartbeat', running: [{ jobId: newId('job'), attempt: 1, epoch: 1 }] })
    await connection.next('job.cancel')
    assert.deepEqual(connection.frames, [])
  })

  it('a job whose agent was lost is offered again under a new epoch', async () => {
    const { id } = await gateway.queue(agent.siteId)
    const before = await gateway.welcomed(agent)
    const lost = await before.next('job.offer')
    before.send({ type: 'job.accept', jobId: id, attempt: lost.attempt, epoch: lost.epoch })
    await gateway.until(async () => (await gateway.job(id)).state === 'running', 'running')
    before.end()
    await gateway.until(() => gateway.link.connected() === 0, 'gone')
    clock.advance(limits.job.leaseMs)
    await gateway.until(async () => {
      await clock.pass(1_000)
      return (await gateway.job(id)).state !== 'running'
    }, 'lease over')
    const after = await gateway.welcomed(agent)
    // It may not start again before its back-off has passed.
    await clock.pass(30_000)
    const again = await after.next('job.offer')
    assert.deepEqual([again.jobId, again.attempt, again.epoch], [id, lost.attempt + 1, lost.epoch + 1])
  })

  it('an agent that stays and has forgotten all that it held gets jobs again when their leases are over', async () => {
    const connection = await gateway.welcomed(agent)
    for (let held = 0; held < 8; held += 1) {
      await gateway.queue(agent.siteId)
      const { jobId, attempt, epoch } = await connection.next('job.offer')
      connection.send({ type: 'job.accept', jobId, attempt, epoch })
      await gateway.until(async () => (await gateway.job(jobId)).state === 'running', 'running')
    }
    await gateway.queue(agent.siteId)
    await gateway.until(async () => {
      connection.send({ type: 'heartbeat', running: [] })
      // It is heard before time passes: a session that is silent for too long would be closed.
      await roundTrip(connection)
      await clock.pass(5_000)
      return connection.frames.some(({ type }) => type === 'job.offer')
    }, 'an offer')
  })

  it('an agent that lost its connection since something failed here has a lease’s length to come back', async test => {
    const { id } = await gateway.queue(agent.siteId)
    const connection = await gateway.welcomed(agent)
    const { attempt, epoch } = await connection.next('job.offer')
    connection.send({ type: 'job.accept', jobId: id, attempt, epoch })
    await gateway.until(async () => (await gateway.job(id)).state === 'running', 'running')
    await clock.pass(60_000)
    const unavailable = (): Promise<never> => Promise.reject(new PlatenError('store.unavailable'))
    const failing = test.mock.method(gateway.store.jobs, 'apply', unavailable)
    connection.send({ type: 'heartbeat', running: [{ jobId: id, attempt, epoch }] })
    assert.equal(await connection.closed, 4000)
    failing.mock.restore()
    await clock.pass(limits.job.leaseMs - 5_000)
    assert.equal((await gateway.job(id)).state, 'running')
    await gateway.until(async () => {
      await clock.pass(1_000)
      return (await gateway.job(id)).state !== 'running'
    }, 'lost')
  })

  it('an agent whose frames wait for a slow store loses no lease meanwhile', async test => {
    const { id } = await gateway.queue(agent.siteId)
    const connection = await gateway.welcomed(agent)
    const { attempt, epoch } = await connection.next('job.offer')
    connection.send({ type: 'job.accept', jobId: id, attempt, epoch })
    await gateway.until(async () => (await gateway.job(id)).state === 'running', 'running')
    await clock.pass(60_000)
    const { promise: slow, resolve: goOn } = Promise.withResolvers<void>()
    const apply = gateway.store.jobs.apply.bind(gateway.store.jobs)
    let isWaiting = false
    test.mock.method(gateway.store.jobs, 'apply', async (...args: Parameters<typeof apply>) => {
      isWaiting = true
      await slow
      return apply(...args)
    })
    connection.send({ type: 'job.result', jobId: id, attempt, epoch, outcome: 'succeeded', effect: 'applied', finishedAt: clock.now() })
    await gateway.until(() => Promise.resolve(isWaiting), 'a result that waits')
    await clock.pass(limits.job.leaseMs)
    assert.equal((await gateway.job(id)).state, 'running')
    goOn()
    await gateway.until(async () => (await gateway.job(id)).state !== 'running', 'over')
    const { state } = await gateway.job(id)
    assert.notEqual(state, 'queued')
  })

  it('a gateway that was away, or whose clock was set, loses no job of an agent that comes back within a lease', async () => {
    const { id } = await gateway.queue(agent.siteId)
    const before = await gateway.welcomed(agent)
    const { attempt, epoch } = await before.next('job.offer')
    before.send({ type: 'job.accept', jobId: id, attempt, epoch })
    await gateway.until(async () => (await gateway.job(id)).state === 'running', 'running')
    before.end()
    for (const away of ['stopped', 'asleep']) {
      if (away === 'stopped') {
        await Promise.all([gateway.leave(), clock.pass(10_000)])
        clock.advance(3_600_000)
        await gateway.listen()
      } else clock.set(3_600_000)
      await clock.pass(limits.job.leaseMs - 30_000)
      const after = await gateway.welcomed(agent, { running: [{ jobId: id, attempt, epoch }] })
      await gateway.until(async () => {
        const job = await gateway.job(id)
        return job.state === 'running' && job.lease.expiresAt > clock.now()
      }, `renewed after it was ${away}`)
      after.end()
    }
  })
})

/** Until what was sent before has taken effect. */
async function roundTrip(connection: Connection): Promise<void> {
  const jobId = newId('job')
  connection.send({ type: 'job.result', jobId, attempt: 1, epoch: 1, outcome: 'cancelled', effect: 'none', finishedAt: 1 })
  await connection.next('job.ack')
}
