import assert from 'node:assert/strict'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it, type TestContext } from 'node:test'
import { limits, newId, type GatewayFrame } from '@platen/protocol'
import { success } from '../support/runs-bench.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { LinkBench, until } from './link-bench.ts'
import { granted, linkedSite, type LinkedSite } from './linked-site.ts'
import { TestSigner } from './test-signer.ts'
import { WireGateway, type AgentSocket } from './wire-gateway.ts'

type Offer = Extract<GatewayFrame, { type: 'job.offer' }>

describe('a gateway that is hostile', { timeout: 60_000 }, () => {
  let bench: LinkBench
  let socket: AgentSocket

  beforeEach(async context => {
    bench = await LinkBench.make(context as TestContext)
    socket = await bench.welcomed()
    await socket.next('state.report')
  })
  /** Whatever was tried: the agent did nothing of it, comes back, and takes a job that is granted. */
  afterEach(async () => {
    assert.deepEqual(bench.jobs.offered, [])
    if (socket.isOpen) socket.cut()
    const next = await bench.gateway.next()
    await next.welcome()
    next.send(bench.offer())
    await next.next('job.accept')
  })

  const refusedAs = async (close: string): Promise<void> => {
    await until(() => bench.state !== 'open', 'left')
    assert.equal(bench.link.state.lastClose?.startsWith(close), true, bench.link.state.lastClose)
    assert.equal(bench.link.refused, 1)
    assert.equal(bench.lines.filter(line => line.includes('link:closing')).length, 1)
  }
  const offer = (change?: Parameters<LinkBench['offer']>[0]): Offer => bench.offer(change)

  const refused: readonly (readonly [title: string, make: () => Offer, code: string])[] = [
    ['under a signer of its own', () => offer({ by: new TestSigner() }), 'grant.signer_unknown'],
    ['with a signature that is none', () => ({ ...offer(), grant: { ...offer().grant, signature: 'bm9uZQ' } }), 'grant.invalid'],
    ['for another site', () => offer({ to: { ...bench.identity, siteId: newId('site') } }), 'grant.mismatch'],
    ['for another agent', () => offer({ to: { ...bench.identity, agentId: newId('agent') } }), 'grant.mismatch'],
    ['with another input', () => ({ ...offer(), input: { a: 2 } }), 'grant.mismatch'],
    ['with another kind', () => ({ ...offer(), kind: 'images.optimize' }), 'grant.mismatch'],
    ['under another epoch', () => ({ ...offer(), epoch: 2 }), 'grant.mismatch'],
    ['with the grant of another job', () => ({ ...offer(), grant: offer().grant }), 'grant.mismatch'],
    ['with a grant that is over', () => offer({ nowMs: Date.now() - 3_600_000 }), 'grant.expired'],
  ]
  for (const [title, make, code] of refused) {
    it(`has an offer ${title} declined by code, and counted`, async () => {
      socket.send(make())
      assert.equal((await socket.next('job.decline')).code, code)
      assert.equal(bench.link.refused, 1)
      assert.equal(bench.lines.filter(line => line.includes('link:declined')).length, 1)
    })
  }

  it('floods with offers, and is left long before it is through, with a few lines in the log', async context => {
    const { mock } = context as TestContext
    const [now, passed] = [bench.clock.now(), bench.clock.monotonic()]
    // All of it comes in one moment, however slow the machine is.
    mock.method(bench.clock, 'now', () => now)
    mock.method(bench.clock, 'monotonic', () => passed)
    const bad = JSON.stringify(offer({ by: new TestSigner() }))
    let sent = 0
    for (; socket.isOpen && sent < 100_000; sent += 1) {
      socket.raw(bad)
      if (sent % 50 === 0) await new Promise(resolve => setImmediate(resolve))
    }
    assert.equal(await socket.closed, 4008)
    assert.ok(sent < 100_000)
    // Each offer that there was room for, and the one that was too many.
    assert.ok(bench.link.refused <= limits.link.gatewayFrameBurst + 1)
    assert.ok(bench.lines.length < 40, `${bench.lines.length} lines`)
  })

  it('floods with pings, and is left, also where the site’s clock is set forth again and again', async context => {
    const { mock } = context as TestContext
    let now = bench.clock.now()
    mock.method(bench.clock, 'now', () => (now += 3_600_000))
    for (let sent = 0; sent < 5 * limits.link.gatewayFrameBurst; sent += 1) socket.ping()
    assert.equal(await socket.closed, 4008)
  })

  it('asks for much and takes nothing, and is left before much waits', async () => {
    bench.facts = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`fact.${at}`, 'x'.repeat(500)]))
    // The closing handshake that it never answers.
    bench.clock.heldMs = 2_000
    socket.stopReading()
    for (let sent = 0; sent < 100; sent += 1) socket.send({ type: 'state.resync' })
    await until(() => bench.lines.some(line => line.includes('link:closing')), 'closing')
    bench.clock.pass()
    await until(() => bench.state !== 'open', 'left')
    assert.match(bench.link.state.lastClose ?? '', /4012/)
  })

  it('cuts a frame into a thousand pieces, and is left', async () => {
    for (let at = 0; at < 1_000 && socket.piece('[', false); at += 1);
    assert.equal(await socket.closed, 1008)
    await refusedAs('4006 frame.invalid')
  })

  it('sends a frame of 100 MB, of which hardly anything is taken', async () => {
    const piece = Buffer.alloc(65_536, 'x')
    let bytes = 0
    for (let at = 0; at < 1_600 && socket.piece(piece, false); at += 1) {
      bytes += piece.length
      await new Promise(resolve => setImmediate(resolve))
    }
    assert.equal(await socket.closed, 1009)
    await refusedAs('4007 frame.too_large')
    assert.ok(bytes < 50_000_000)
  })

  it('names keys that nobody made, and no key is changed', async () => {
    socket.send({ type: 'key.ack', publicKey: 'A'.repeat(43) })
    socket.send({ type: 'key.rotate' })
    socket.send({ type: 'state.resync' })
    await socket.next('state.report')
    assert.equal(bench.link.keyChanging, false)
    assert.equal(bench.state, 'open')
  })

  it('says hostile words, which the log holds as words', async () => {
    socket.send({ type: 'job.ack', jobId: newId('job'), of: 'result', attempt: 1, epoch: 1, refused: 'job.stale_epoch' })
    socket.send({ type: 'goodbye', reason: '\u001b[2J\r\n{"event":"root"}', afterMs: 0 })
    socket.close(4010)
    assert.equal(await socket.closed, 4010)
    for (const line of bench.lines) assert.ok(!['\r', '\n', '\u001b'].some(control => line.includes(control)))
  })
})

describe('a gateway that is hostile and has the signer’s grants', { timeout: 60_000 }, () => {
  let site: LinkedSite
  let socket: AgentSocket

  beforeEach(async context => {
    const test = context as TestContext
    const gateway = new WireGateway()
    await gateway.listen()
    site = linkedSite(join(tempFolder(test), 'journal.db'), gateway.url, ['test.light'])
    test.after(async () => {
      await site.stop()
      await gateway.close()
    })
    socket = await gateway.next()
    await socket.welcome()
  })

  const offer = (change: Partial<Offer> = {}): Offer =>
    granted({ jobId: newId('job'), attempt: 1, epoch: 1, settled: 0, kind: 'test.light', input: {}, ...change })
  const declined = async (wanted: Offer): Promise<string> => {
    socket.send(wanted)
    return (await socket.next('job.decline')).code
  }
  /** A job that was taken, and has begun. */
  const taken = async (wanted: Offer): Promise<void> => {
    socket.send(wanted)
    await socket.next('job.accept')
    await until(() => site.workers.started.length === 1, 'begun')
  }

  const forbidden: readonly (readonly [title: string, change: Partial<Offer>, code: string])[] = [
    ['of a kind that the policy file does not list', { kind: 'test.heavy' }, 'policy.denied'],
    ['of a kind that nobody knows', { kind: 'site.delete' }, 'kind.unknown'],
    ['with an input that its kind does not take', { input: { bad: true } }, 'input.invalid'],
    ['with an input that is too large', { input: { a: 'x'.repeat(limits.job.inputBytes) } }, 'input.too_large'],
  ]
  for (const [title, change, code] of forbidden) {
    it(`has an offer ${title} declined by code, and counted`, async () => {
      assert.equal(await declined(offer(change)), code)
      assert.equal(site.link.refused, 1)
      assert.deepEqual(site.workers.started, [])
    })
  }

  it('has an offer that it replays declined by code once its job has ended, and counted', async () => {
    const wanted = offer()
    await taken(wanted)
    site.workers.started[0]?.end(success)
    await socket.next('job.result')
    assert.equal(await declined(wanted), 'grant.replayed')
    assert.equal(site.link.refused, 1)
    assert.equal(site.workers.started.length, 1)
  })

  it('begins nothing by an offer that it replays while the job runs: that is how one is sent again whose answer was lost', async () => {
    const wanted = offer()
    await taken(wanted)
    socket.send(wanted)
    await socket.next('job.accept')
    assert.equal(site.link.refused, 0)
    assert.equal(site.workers.started.length, 1)
  })

  it('begins nothing by an offer of an older lease', async () => {
    const older = offer()
    await taken(offer({ jobId: older.jobId, epoch: 2, settled: 1 }))
    assert.equal(await declined(older), 'job.stale_epoch')
    assert.equal(site.workers.started.length, 1)
  })
})
