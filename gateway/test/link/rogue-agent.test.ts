import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { limits, newId, type AgentFrame, type GatewayFrame } from '@platen/protocol'
import { GatewayFixture, purged, type Enrolled } from './gateway-fixture.ts'
import { ManualClock } from './manual-clock.ts'
import { upgrade, type Connection } from './wire-agent.ts'

const done = { outcome: 'succeeded', effect: 'applied', result: purged, finishedAt: 1 } as const

describe('an agent that is hostile', { timeout: 60_000 }, () => {
  let gateway: GatewayFixture
  let rogue: Enrolled
  let victim: Enrolled
  let neighbour: Connection
  let connection: Connection

  beforeEach(async () => {
    gateway = await GatewayFixture.open()
    rogue = await gateway.enrol()
    victim = await gateway.enrol()
    neighbour = await gateway.welcomed(victim)
    connection = await gateway.welcomed(rogue)
  })
  /** Whatever was tried: another agent's job goes its whole way as if nothing had been. */
  afterEach(async () => {
    const { id } = await gateway.queue(victim.siteId)
    const { attempt, epoch } = await offerOf(neighbour, id)
    neighbour.send({ type: 'job.accept', jobId: id, attempt, epoch })
    neighbour.send({ type: 'job.result', jobId: id, attempt, epoch, ...done })
    await gateway.until(async () => (await gateway.job(id)).state === 'succeeded', 'the neighbour’s job')
    await gateway.close()
  })

  const offerOf = async (of: Connection, id: string): Promise<Extract<GatewayFrame, { type: 'job.offer' }>> => {
    for (;;) {
      const offer = await of.next('job.offer')
      if (offer.jobId === id) return offer
    }
  }

  it('changes nothing about another site’s job, is told so, and is counted', async () => {
    const { id: jobId } = await gateway.queue(victim.siteId)
    const { attempt, epoch } = await offerOf(neighbour, jobId)
    const fence = { jobId, attempt, epoch }
    const child = { kind: 'cache.purge', input: {} }
    connection.send({ type: 'job.accept', ...fence })
    connection.send({ type: 'job.progress', ...fence, done: 1, total: 1, note: 'mine now' })
    connection.send({ type: 'job.decline', ...fence, code: 'owner.vetoed', message: 'no' })
    connection.send({ type: 'heartbeat', running: [fence] })
    connection.send({ type: 'job.wait', ...fence, child, effect: 'none' })
    connection.send({ type: 'job.result', ...fence, ...done })
    connection.send({ type: 'job.progress', ...fence, done: 1, total: 1, note: 'mine still' })
    assert.equal((await connection.next('job.cancel')).reason, 'job.stale_epoch')
    assert.equal((await connection.next('job.ack')).refused, 'job.not_found')
    assert.equal((await connection.next('job.ack')).refused, 'job.not_found')
    const job = await gateway.job(jobId)
    assert.deepEqual([job.state, job.epoch], ['offered', epoch])
    assert.equal(gateway.hints.filter(({ type }) => type === 'job progress').length, 0)
    assert.equal(gateway.counted('jobs_declined', 'owner.vetoed'), 0)
    assert.equal(gateway.events('link:declined').length, 0)
    await gateway.until(() => gateway.counted('link_frames_refused', 'job.stale_epoch') === 4, 'all of it is counted')
    assert.equal(gateway.counted('link_frames_refused', 'job.not_found'), 3)
    const said = gateway.events('link:refused').map(({ members }) => String(members['of']))
    assert.deepEqual(said.toSorted(), ['decline', 'lease', 'lease', 'progress', 'result', 'wait'])
  })

  it('declines what it runs under a lease that it makes up, which takes nothing off what it holds', async () => {
    const held: GatewayFrame[] = []
    for (let job = 0; job < 8; job += 1) {
      await gateway.queue(rogue.siteId)
      const offer = await connection.next('job.offer')
      held.push(offer)
      const { jobId, attempt, epoch } = offer
      connection.send({ type: 'job.decline', jobId, attempt, epoch: epoch + 1, code: 'agent.busy', message: '', retryAfterMs: 0 })
    }
    const { id } = await gateway.queue(rogue.siteId)
    connection.send({ type: 'job.result', jobId: newId('job'), attempt: 1, epoch: 1, ...done })
    await connection.next('job.ack')
    assert.equal((await gateway.job(id)).state, 'queued')
    assert.equal(gateway.counted('jobs_declined', 'agent.busy'), 0)
  })

  it('reports progress as fast as frames may come, of which four a second are passed on', async () => {
    const { id: jobId } = await gateway.queue(rogue.siteId)
    const { attempt, epoch } = await offerOf(connection, jobId)
    const from = performance.now()
    for (let sent = 1; sent <= 100; sent += 1)
      connection.send({ type: 'job.progress', jobId, attempt, epoch, done: sent, total: 100, note: '' })
    const passed = (): number => gateway.hints.filter(({ type }) => type === 'job progress').length
    await gateway.until(() => passed() + gateway.counted('link_frames_surplus', 'job.progress') === 100, 'heard')
    const seconds = Math.ceil((performance.now() - from) / 1_000)
    assert.ok(passed() >= 1 && passed() <= (seconds + 1) * limits.job.progressPerSecond, `${passed()} were passed on`)
  })

  it('gets nowhere with fences that it makes up', async () => {
    const { id: jobId } = await gateway.queue(rogue.siteId)
    const { attempt, epoch } = await offerOf(connection, jobId)
    const made = [
      { jobId, attempt, epoch: epoch + 1 },
      { jobId, attempt: attempt + 9, epoch: Number.MAX_SAFE_INTEGER },
      { jobId: newId('job'), attempt: 1, epoch: 1 },
    ]
    for (const fence of made) {
      connection.send({ type: 'job.progress', ...fence, done: 1, total: 1, note: '' })
      connection.send({ type: 'job.accept', ...fence })
      connection.send({ type: 'job.result', ...fence, ...done })
      assert.notEqual((await connection.next('job.ack')).refused, undefined)
    }
    const job = await gateway.job(jobId)
    assert.deepEqual([job.state, job.attempt, job.epoch], ['offered', attempt, epoch])
    assert.equal(gateway.counted('link_frames_refused', 'job.stale_epoch') >= 3, true)
  })

  it('numbers its reports beyond what any store can keep, and is closed before one is asked', async () => {
    connection.raw('{"type":"state.report","seq":1e300,"full":true,"facts":{}}')
    assert.equal(await connection.closed, 4006)
    assert.equal(gateway.events('link:failed').length, 0)
  })

  it('is closed for a flood of progress long before it is through', async () => {
    const { id: jobId } = await gateway.queue(rogue.siteId)
    const { attempt, epoch } = await offerOf(connection, jobId)
    const frame: AgentFrame = { type: 'job.progress', jobId, attempt, epoch, done: 1, total: 1_000_000_000, note: '' }
    connection.send({ type: 'job.accept', jobId, attempt, epoch })
    let sent = 0
    for (; connection.isOpen && sent < 1_000_000; sent += 1) {
      connection.send(frame)
      if (sent % 100 === 0) await new Promise(resolve => setImmediate(resolve))
    }
    assert.equal(await connection.closed, 4008)
    assert.ok(sent < 1_000_000)
    assert.ok(gateway.hints.filter(({ type }) => type === 'job progress').length <= 2 * limits.link.frameBurst)
    await gateway.until(() => gateway.counted('link_closes', '4008') === 1, 'counted')
    assert.equal(gateway.events('link:closing').length, 1)
  })

  it('beats without a pause and lists one run again and again, and gets its lease renewed once', async test => {
    const { id: jobId } = await gateway.queue(rogue.siteId)
    const { attempt, epoch } = await offerOf(connection, jobId)
    const apply = gateway.store.jobs.apply.bind(gateway.store.jobs)
    const { mock } = test.mock.method(gateway.store.jobs, 'apply', (...args: Parameters<typeof apply>) => apply(...args))
    const running = Array.from({ length: 64 }, () => ({ jobId, attempt, epoch }))
    for (let beat = 0; beat < 100; beat += 1) connection.send({ type: 'heartbeat', running })
    await gateway.until(() => gateway.counted('link_frames_surplus', 'heartbeat') === 99, 'heard')
    await gateway.until(async () => (await gateway.job(jobId)).state === 'running', 'renewed')
    assert.equal(mock.callCount(), 1)
    mock.restore()
  })

  it('reports its state without a pause, of which the store sees little', async test => {
    const report = gateway.store.agents.report.bind(gateway.store.agents)
    const { mock } = test.mock.method(gateway.store.agents, 'report', (...args: Parameters<typeof report>) => report(...args))
    const facts = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`fact ${at}`, 'x'.repeat(500)]))
    for (let seq = 1; seq <= 100; seq += 1) connection.send({ type: 'state.report', seq, full: true, facts })
    await gateway.until(() => gateway.counted('link_frames_surplus', 'state.report') + mock.callCount() === 100, 'heard')
    assert.ok(mock.callCount() <= limits.link.reportBurst + 5, `${mock.callCount()} were stored`)
  })

  it('is closed for a flood of pings, and not answered before its hello', async () => {
    const early = await gateway.connect(rogue)
    for (let sent = 0; sent < 10_000; sent += 1) early.ping()
    for (let sent = 0; sent < 10 * limits.link.frameBurst; sent += 1) connection.ping()
    assert.equal(await connection.closed, 4008)
    await gateway.until(() => gateway.gauge('link_unproven') === 1, 'the early one alone is left')
    assert.equal(gateway.link.connected(), 1)
  })

  it('says hostile words, which are kept as they are, bounded, and never as more than words', async () => {
    const words = '<script>alert(1)</script>\u0000\u001b[2J\r\n{"level":"fatal"}\u202e'
    const { id: jobId } = await gateway.queue(rogue.siteId)
    const { attempt, epoch } = await offerOf(connection, jobId)
    connection.send({ type: 'job.decline', jobId, attempt, epoch, code: 'agent.busy', message: words, retryAfterMs: 60_000 })
    await gateway.until(async () => (await gateway.job(jobId)).state === 'queued', 'declined')
    assert.deepEqual((await gateway.job(jobId)).reason, { code: 'agent.busy', message: words })
    connection.send({ type: 'job.decline', jobId, attempt, epoch, code: 'agent.busy', message: 'x'.repeat(501) })
    assert.equal(await connection.closed, 4006)
    for (const line of gateway.lines) assert.ok(!JSON.stringify(line.members).includes('<script>'), line.event)
  })

  it('sends a result of 100 MB, of which hardly anything is taken', async () => {
    const before = process.memoryUsage().external
    const piece = Buffer.alloc(65_536, 'x')
    let bytes = 0
    for (let at = 0; at < 1_600 && connection.piece(piece, false); at += 1) {
      bytes += piece.length
      await new Promise(resolve => setImmediate(resolve))
    }
    assert.equal(await connection.closed, 1009)
    assert.ok(bytes < 50_000_000, `${bytes} bytes went out`)
    assert.ok(process.memoryUsage().external - before < 60_000_000)
    await gateway.until(() => gateway.counted('link_closes', '4007') === 1, 'the end is counted')
    assert.equal(gateway.counted('link_frames_refused', 'frame.too_large'), 1)
  })

  it('cuts a frame into a thousand pieces, and is closed; into three, and is heard', async () => {
    const heartbeat = JSON.stringify({ type: 'heartbeat', running: [{ jobId: newId('job'), attempt: 1, epoch: 1 }] })
    for (const [at, piece] of [heartbeat.slice(0, 5), heartbeat.slice(5, 20), heartbeat.slice(20)].entries())
      connection.piece(piece, at === 2)
    await connection.next('job.cancel')
    for (let at = 0; at < 1_000 && connection.piece('[', false); at += 1);
    assert.equal(await connection.closed, 1008)
    await gateway.until(() => gateway.counted('link_closes', '4006') === 1, 'the end is counted')
    assert.equal(gateway.counted('link_frames_refused', 'frame.invalid'), 1)
  })

  it('takes nothing from its socket, and is cut before much waits for it', async () => {
    connection.stopReading()
    for (let sent = 0; sent < 200_000 && gateway.counted('link_closes', '4012') === 0; sent += 1) {
      gateway.bus.publish({ type: 'job cancelled', place: rogue.siteId, jobId: newId('job'), attempt: 1, epoch: 1 })
      if (sent % 1_000 === 0) await new Promise(resolve => setImmediate(resolve))
      if (gateway.events('link:closing').length > 0) break
    }
    assert.deepEqual(
      gateway.events('link:closing').map(({ members }) => members['code']),
      [4012],
    )
    assert.equal(gateway.link.connected(), 1)
  })

  it('shows the token of another agent, which lets it into the handshake and no further', async () => {
    const stolen = await upgrade(gateway.url, gateway.token(victim))
    assert.ok(stolen.ok)
    await stolen.connection.hello(victim.agentId, rogue.keys)
    assert.equal(await stolen.connection.closed, 4002)
    await gateway.until(() => gateway.counted('link_closes', '4002') === 1, 'the count of its end')
    assert.deepEqual(
      gateway.events('link:closing').map(({ members }) => [members['agentId'], members['code']]),
      [[victim.agentId, 4002]],
    )
    assert.equal(gateway.link.connected(), 2)
    assert.equal(neighbour.isOpen, true)
  })

  it('fails again and again, and fills neither the log nor the gateway', async () => {
    let answered = 0
    const from = performance.now()
    for (let tries = 0; tries < 100; tries += 1) {
      const next = await upgrade(gateway.url, gateway.token(rogue))
      if (!next.ok) {
        assert.equal(next.status, 503)
        continue
      }
      answered += 1
      next.connection.raw('nothing that is known')
      assert.equal(await next.connection.closed, 4006)
    }
    // Sixty at once, and one a second since.
    const most = 61 + Math.ceil((performance.now() - from) / 1_000)
    assert.ok(answered >= 55 && answered <= most, `${answered} were let in`)
    assert.ok(gateway.lines.filter(({ members }) => members['agentId'] === rogue.agentId).length < 60)
    assert.ok(gateway.counted('log_lines_withheld') > 50)
  })
})

describe('a socket that does not do its part', { timeout: 60_000 }, () => {
  it('is cut where the closing handshake is not answered', async () => {
    const clock = new ManualClock()
    const gateway = await GatewayFixture.open({ clock })
    try {
      const connection = await gateway.welcomed(await gateway.enrol())
      connection.stopReading()
      await clock.pass(limits.link.silenceMs + 2_000)
      assert.equal(gateway.link.connected(), 0)
      assert.equal(gateway.gauge('link_unproven'), 1)
      await clock.pass(6_000)
      await gateway.until(() => gateway.gauge('link_unproven') === 0, 'cut')
      assert.equal(gateway.counted('link_closes', '4011'), 1)
    } finally {
      await Promise.all([gateway.close(), clock.pass(10_000)])
    }
  })

  it('finds no room where too many have not said hello, and makes room by that', async () => {
    const clock = new ManualClock()
    const gateway = await GatewayFixture.open({ clock, rates: { unproven: 2 } })
    try {
      const agent = await gateway.enrol()
      await gateway.connect(agent)
      await gateway.connect(agent)
      const third = await upgrade(gateway.url, gateway.token(agent))
      assert.equal(!third.ok && third.status, 503)
      assert.ok(Number(!third.ok && third.headers['retry-after']) >= 1)
      await clock.pass(limits.link.helloMs + 1_000)
      await gateway.until(() => gateway.gauge('link_unproven') === 0, 'room')
      await gateway.welcomed(agent)
    } finally {
      await Promise.all([gateway.close(), clock.pass(10_000)])
    }
  })

  it('finds no room where as many are connected as may be', async () => {
    const gateway = await GatewayFixture.open({ rates: { connections: 1 } })
    try {
      const [one, other] = [await gateway.enrol(), await gateway.enrol()]
      const first = await gateway.welcomed(one)
      const second = await upgrade(gateway.url, gateway.token(other))
      assert.equal(!second.ok && second.status, 503)
      first.end()
      await gateway.until(() => gateway.link.connected() === 0, 'room')
      await gateway.welcomed(other)
    } finally {
      await gateway.close()
    }
  })
})
