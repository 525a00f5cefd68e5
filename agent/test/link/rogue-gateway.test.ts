import assert from 'node:assert/strict'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it, type TestContext } from 'node:test'
import { limits, newId, type GatewayFrame } from '@platen/protocol'
import { openJournal } from '../../src/journal/sqlite-journal.ts'
import { Link } from '../../src/link/link.ts'
import type { AgentIdentity } from '../../src/ports/agent-identity.ts'
import type { Journal } from '../../src/ports/journal.ts'
import { systemClock } from '../../src/system/system-clock.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { JobsDouble } from './jobs-double.ts'
import { TestSigner, testKey } from './test-signer.ts'
import { WireGateway, type AgentSocket } from './wire-gateway.ts'

type Offer = Extract<GatewayFrame, { type: 'job.offer' }>

const key = testKey()
const signer = new TestSigner()

describe('a gateway that is hostile', { timeout: 60_000 }, () => {
  let gateway: WireGateway
  let identity: AgentIdentity
  let journal: Journal
  let jobs: JobsDouble
  let link: Link
  let lines: string[]
  let facts: Record<string, string>
  let socket: AgentSocket

  beforeEach(async context => {
    gateway = new WireGateway()
    await gateway.listen()
    journal = openJournal(join(tempFolder(context as TestContext), 'journal.db'))
    jobs = new JobsDouble()
    lines = []
    facts = { version: '0' }
    const ids = { agentId: newId('agent'), siteId: newId('site'), instanceId: newId('inst') }
    identity = { ...ids, gateway: 'gateway.test', gateways: [gateway.url], signerRoot: signer.root, sign: key.sign }
    const line = (event: string, members: object = {}): void => void lines.push(JSON.stringify({ event, ...members }))
    const log = { info: line, warn: line, error: line }
    // Back-off without the waiting.
    const clock = { ...systemClock, random: () => 0 }
    link = new Link({ identity, jobs, journal, clock, log, version: '0.0.0', kinds: ['cache.purge'], facts: () => facts })
    socket = await gateway.next()
    await socket.welcome()
    await socket.next('state.report')
  })
  /** Whatever was tried: the agent did nothing of it, comes back, and takes a job that is granted. */
  afterEach(async () => {
    assert.deepEqual(jobs.offered, [])
    if (socket.isOpen) socket.cut()
    const next = await gateway.next()
    await next.welcome()
    next.send(offer())
    await next.next('job.accept')
    await link.close()
    journal.close()
    await gateway.close()
  })

  const plainOffer = (): Omit<Offer, 'grant'> => ({
    type: 'job.offer',
    jobId: newId('job'),
    attempt: 1,
    epoch: 1,
    kind: 'cache.purge',
    input: { a: 1 },
    runMs: 1_000,
    settled: 0,
  })
  const offer = (by = signer, to: { siteId: string; agentId: string } = identity, nowMs = Date.now()): Offer => {
    const plain = plainOffer()
    return { ...plain, grant: by.grant(plain, to, nowMs) }
  }

  const refused: readonly (readonly [title: string, make: () => Offer, code: string])[] = [
    ['under a signer of its own', () => offer(new TestSigner()), 'grant.signer_unknown'],
    ['with a signature that is none', () => ({ ...offer(), grant: { ...offer().grant, signature: 'bm9uZQ' } }), 'grant.invalid'],
    ['for another site', () => offer(signer, { ...identity, siteId: newId('site') }), 'grant.mismatch'],
    ['for another agent', () => offer(signer, { ...identity, agentId: newId('agent') }), 'grant.mismatch'],
    ['with another input', () => ({ ...offer(), input: { a: 2 } }), 'grant.mismatch'],
    ['with another kind', () => ({ ...offer(), kind: 'images.optimize' }), 'grant.mismatch'],
    ['under another epoch', () => ({ ...offer(), epoch: 2 }), 'grant.mismatch'],
    ['with the grant of another job', () => ({ ...offer(), grant: offer().grant }), 'grant.mismatch'],
    ['with a grant that is over', () => offer(signer, identity, Date.now() - 3_600_000), 'grant.expired'],
  ]
  for (const [title, make, code] of refused) {
    it(`has an offer ${title} declined by code, and counted`, async () => {
      socket.send(make())
      assert.equal((await socket.next('job.decline')).code, code)
      assert.equal(link.refused, 1)
      assert.equal(lines.filter(line => line.includes('link:declined')).length, 1)
    })
  }

  it('floods with offers, and is left long before it is through, with a few lines in the log', async () => {
    const bad = JSON.stringify(offer(new TestSigner()))
    let sent = 0
    for (; socket.isOpen && sent < 100_000; sent += 1) {
      socket.raw(bad)
      if (sent % 50 === 0) await new Promise(resolve => setImmediate(resolve))
    }
    assert.equal(await socket.closed, 4008)
    assert.ok(sent < 100_000)
    assert.ok(link.refused <= 3 * limits.link.gatewayFrameBurst)
    assert.ok(lines.length < 40, `${lines.length} lines`)
  })

  it('floods with pings, and is left', async () => {
    for (let sent = 0; sent < 5 * limits.link.gatewayFrameBurst; sent += 1) socket.ping()
    assert.equal(await socket.closed, 4008)
  })

  it('asks for much and takes nothing, and is left before much waits', async () => {
    facts = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`fact.${at}`, 'x'.repeat(500)]))
    socket.stopReading()
    for (let sent = 0; sent < 100; sent += 1) socket.send({ type: 'state.resync' })
    const wentAway = async (): Promise<void> => {
      for (const end = Date.now() + 10_000; link.state.state === 'open'; await new Promise(resolve => setImmediate(resolve))) {
        assert.ok(Date.now() < end, 'it went on')
      }
    }
    await wentAway()
    assert.match(link.state.lastClose ?? '', /4012/)
  })

  it('cuts a frame into a thousand pieces, and is left', async () => {
    for (let at = 0; at < 1_000 && socket.piece('[', false); at += 1);
    assert.equal(await socket.closed, 1008)
  })

  it('sends a frame of 100 MB, of which hardly anything is taken', async () => {
    const piece = Buffer.alloc(65_536, 'x')
    let bytes = 0
    for (let at = 0; at < 1_600 && socket.piece(piece, false); at += 1) {
      bytes += piece.length
      await new Promise(resolve => setImmediate(resolve))
    }
    assert.equal(await socket.closed, 1009)
    assert.ok(bytes < 50_000_000)
  })

  it('names keys that nobody made, and no key is changed', async () => {
    socket.send({ type: 'key.ack', publicKey: 'A'.repeat(43) })
    socket.send({ type: 'key.rotate' })
    socket.send({ type: 'state.resync' })
    await socket.next('state.report')
    assert.equal(link.keyChanging, false)
    assert.equal(link.state.state, 'open')
  })

  it('says hostile words, which the log holds as words', async () => {
    socket.send({ type: 'job.ack', jobId: newId('job'), of: 'result', attempt: 1, epoch: 1, refused: 'job.stale_epoch' })
    socket.send({ type: 'goodbye', reason: '\u001b[2J\r\n{"event":"root"}', afterMs: 0 })
    socket.close(4010)
    assert.equal(await socket.closed, 4010)
    for (const line of lines) assert.ok(!['\r', '\n', '\u001b'].some(control => line.includes(control)))
  })
})
