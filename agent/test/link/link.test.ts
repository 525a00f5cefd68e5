import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it, type TestContext } from 'node:test'
import { helloText, limits, newId, PlatenError, type AgentFrame, type GatewayFrame } from '@platen/protocol'
import type { Run } from '../../src/domain/run.ts'
import { openJournal } from '../../src/journal/sqlite-journal.ts'
import { Link } from '../../src/link/link.ts'
import type { AgentIdentity } from '../../src/ports/agent-identity.ts'
import type { Fence } from '../../src/ports/jobs.ts'
import type { Journal } from '../../src/ports/journal.ts'
import { systemClock } from '../../src/system/system-clock.ts'
import { outcomeFrame } from '../../src/work/frames.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { JobsDouble } from './jobs-double.ts'
import { TestSigner, testKey } from './test-signer.ts'
import { WireGateway } from './wire-gateway.ts'

const key = testKey()
const signer = new TestSigner()

describe('the link', () => {
  let gateway: WireGateway
  let identity: AgentIdentity
  let journal: Journal
  let jobs: JobsDouble
  let link: Link | undefined
  let facts: Record<string, string | boolean>
  /** Milliseconds that this site's clock is ahead. */
  let aheadMs: number

  beforeEach(async context => {
    gateway = new WireGateway()
    await gateway.listen()
    journal = openJournal(join(tempFolder(context as TestContext), 'journal.db'))
    jobs = new JobsDouble()
    facts = { version: '0' }
    aheadMs = 0
    identity = {
      agentId: newId('agent'),
      siteId: newId('site'),
      instanceId: newId('inst'),
      gateway: 'gateway.test',
      gateways: [gateway.url],
      signerRoot: signer.root,
      sign: key.sign,
    }
  })
  afterEach(async () => {
    await link?.close()
    link = undefined
    journal.close()
    await gateway.close()
  })

  const open = (): Link => {
    // Back-off without the waiting: what is random is always the least.
    const clock = { ...systemClock, now: () => Date.now() + aheadMs, random: () => 0 }
    const log = { info: () => {}, warn: () => {}, error: () => {} }
    link = new Link({ identity, jobs, journal, clock, log, version: '0.0.0', kinds: ['cache.purge'], facts: () => facts })
    return link
  }
  const until = async (isSo: () => boolean, what: string): Promise<void> => {
    for (const end = Date.now() + 15_000; !isSo(); await new Promise(resolve => setImmediate(resolve))) {
      if (Date.now() > end) throw new Error(`never: ${what}`)
    }
  }
  const ended = (jobId = newId('job'), attempt = 1, epoch = 1): Run & { state: 'ended' } => ({
    jobId,
    kind: 'cache.purge',
    input: {},
    origin: 'platform',
    attempt,
    epoch,
    runMs: 1,
    createdAt: 1,
    state: 'ended',
    finishedAt: 2,
    end: { outcome: 'succeeded', effect: 'applied', result: { summary: 'Done' } },
  })
  const save = (run: Run & { state: 'ended' }): void => {
    journal.save(run, [outcomeFrame(run)])
  }
  const ackOf = ({ jobId, attempt, epoch }: Fence): GatewayFrame => ({ type: 'job.ack', of: 'result', jobId, attempt, epoch })
  const offer = (nowMs = Date.now()): Extract<GatewayFrame, { type: 'job.offer' }> => {
    const plain = {
      type: 'job.offer',
      jobId: newId('job'),
      attempt: 1,
      epoch: 1,
      kind: 'cache.purge',
      input: { a: 1 },
      runMs: 1_000,
      settled: 0,
    } as const
    return { ...plain, grant: signer.grant(plain, identity, nowMs) }
  }

  it('shows a token, signs the nonce, and is open after the welcome', async () => {
    const opened = open()
    assert.equal(opened.state.state, 'connecting')
    const socket = await gateway.next()
    const hello = await socket.welcome()
    await until(() => opened.state.state === 'open', 'open')
    const text = helloText({ nonce: 'bm9uY2U', gateway: 'gateway.test' }, identity.agentId, identity.instanceId)
    assert.ok(isSigned(text, hello.signature))
    const [request] = gateway.upgrades
    const [header = '', claims = '', signature = ''] = (request?.headers.authorization ?? '').replace('Bearer ', '').split('.')
    assert.ok(isSigned(`${header}.${claims}`, signature))
    const { iss, aud, iat, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, number>
    assert.deepEqual([iss, aud, (exp ?? 0) - (iat ?? 0)], [identity.agentId, 'gateway.test', limits.link.tokenSeconds])
    assert.equal(request?.headers['sec-websocket-extensions'], undefined)
  })

  it('takes an offer that the pinned signer granted, and declines any other', async () => {
    open()
    const socket = await gateway.next()
    await socket.welcome()
    const good = offer()
    socket.send(good)
    assert.equal((await socket.next('job.accept')).jobId, good.jobId)
    socket.send({ ...offer(), input: { a: 2 } })
    assert.equal((await socket.next('job.decline')).code, 'grant.mismatch')
    assert.equal(jobs.offered.length, 1)
  })

  it('judges grants by the gateway’s time where the site’s clock is wrong', async () => {
    aheadMs = 7 * 86_400_000
    open()
    const socket = await gateway.next()
    await socket.welcome()
    socket.send(offer())
    await socket.next('job.accept')
  })

  it('takes no grant that was over when the newest one was signed, whatever time the gateway says it is', async () => {
    open()
    const first = await gateway.next()
    await first.welcome()
    first.send(offer())
    await first.next('job.accept')
    first.cut()
    const second = await gateway.next()
    const hourAgo = Date.now() - 3_600_000
    await second.welcome({}, hourAgo)
    second.send(offer(hourAgo))
    assert.equal((await second.next('job.decline')).code, 'grant.expired')
  })

  it('corrects its token by the time of a 401', async () => {
    aheadMs = 7 * 86_400_000
    gateway.refuse = () => (gateway.upgrades.length === 1 ? { status: 401, headers: { date: new Date().toUTCString() } } : undefined)
    open()
    await gateway.next()
    const issued = gateway.upgrades.map(request => {
      const claims = request.headers.authorization?.split('.')[1] ?? ''
      return (JSON.parse(Buffer.from(claims, 'base64url').toString()) as { iat: number }).iat * 1_000
    })
    assert.ok((issued[0] ?? 0) - Date.now() > 6 * 86_400_000)
    assert.ok(Math.abs((issued[1] ?? 0) - Date.now()) < 5_000)
  })

  it('sends results again on each connection, in order, until they are acknowledged', async () => {
    const runs = [ended(), ended(), ended()]
    for (const run of runs) save(run)
    open()
    const first = await gateway.next()
    const hello = await first.welcome()
    assert.deepEqual(
      hello.running.map(({ jobId }) => jobId),
      runs.map(({ jobId }) => jobId),
    )
    const sent = [await first.next('job.result'), await first.next('job.result'), await first.next('job.result')]
    assert.deepEqual(
      sent.map(({ jobId }) => jobId),
      runs.map(({ jobId }) => jobId),
    )
    first.send(ackOf(runs[0] as Run))
    await until(() => journal.waiting() === 2, 'acknowledged')
    first.cut()
    const second = await gateway.next()
    await second.welcome()
    assert.equal((await second.next('job.result')).jobId, runs[1]?.jobId)
    assert.equal((await second.next('job.result')).jobId, runs[2]?.jobId)
    for (const run of runs.slice(1)) second.send(ackOf(run))
    await until(() => journal.waiting() === 0, 'all acknowledged')
  })

  it('sends no more at once than its window, and the rest as acknowledgements come', async () => {
    const runs = Array.from({ length: 20 }, () => ended())
    for (const run of runs) save(run)
    open()
    const socket = await gateway.next()
    await socket.welcome()
    const results = (): AgentFrame[] => socket.frames.filter(({ type }) => type === 'job.result')
    await until(() => results().length === 8, 'a window')
    await new Promise(resolve => setImmediate(resolve))
    assert.equal(results().length, 8)
    for (const run of runs) {
      await until(() => results().some(frame => 'jobId' in frame && frame.jobId === run.jobId), 'in turn')
      socket.send(ackOf(run))
    }
    await until(() => journal.waiting() === 0, 'all acknowledged')
  })

  it('does not forget a result for the acknowledgement of an earlier attempt', async () => {
    const run = ended(newId('job'), 2, 5)
    save(run)
    open()
    const socket = await gateway.next()
    await socket.welcome()
    await socket.next('job.result')
    socket.send(ackOf({ jobId: run.jobId, attempt: 1, epoch: 4 }))
    socket.send({ type: 'state.resync' })
    await socket.next('state.report')
    assert.equal(journal.waiting(), 1)
    socket.send({ ...ackOf(run), refused: 'job.stale_epoch' } as GatewayFrame)
    await until(() => journal.waiting() === 0, 'forgotten')
  })

  it('sends a result that comes while it is open', async () => {
    open()
    const socket = await gateway.next()
    await socket.welcome()
    await until(() => link?.state.state === 'open', 'open')
    const run = ended()
    save(run)
    jobs.tell({ type: 'state', run })
    assert.equal((await socket.next('job.result')).jobId, run.jobId)
  })

  it('reports progress at a bounded rate, the latest last', async () => {
    open()
    const socket = await gateway.next()
    await socket.welcome()
    await until(() => link?.state.state === 'open', 'open')
    const run = { ...ended(), state: 'accepted' } as const
    for (let done = 1; done <= 500; done += 1) jobs.tell({ type: 'progress', run, progress: { done, total: 500, note: '' } })
    assert.equal((await socket.next('job.progress')).done, 1)
    assert.equal((await socket.next('job.progress')).done, 500)
    assert.equal(socket.frames.filter(({ type }) => type === 'job.progress').length, 0)
  })

  it('passes on a cancellation', async () => {
    open()
    const socket = await gateway.next()
    await socket.welcome()
    const jobId = newId('job')
    socket.send({ type: 'job.cancel', jobId, attempt: 1, epoch: 1, reason: 'cancelled' })
    await until(() => jobs.cancelled.includes(jobId), 'cancelled')
  })

  it('reports its whole state once, and then only what changed', async () => {
    open()
    const first = await gateway.next()
    await first.welcome()
    await until(() => link?.state.state === 'open', 'open')
    assert.deepEqual(await first.next('state.report'), { type: 'state.report', seq: 1, full: true, facts: { version: '0' } })
    first.cut()
    await until(() => link?.state.state !== 'open', 'lost')
    facts = { version: '0', busy: true }
    const second = await gateway.next()
    await second.welcome({ stateSeq: 1 })
    assert.deepEqual(await second.next('state.report'), { type: 'state.report', seq: 2, full: false, facts: { busy: true } })
    second.cut()
    const third = await gateway.next()
    assert.equal((await third.welcome({ stateSeq: 1 })).stateSeq, 2)
    assert.equal((await third.next('state.report')).full, true)
  })

  it('tells that the journal is not the one that the gateway knows, once', async () => {
    open()
    const first = await gateway.next()
    await first.welcome({ stateSeq: 7, time: 1_795_000_000_000 })
    assert.deepEqual(await first.next('state.report'), { type: 'state.report', seq: 8, full: true, facts: { version: '0' } })
    assert.deepEqual(jobs.forgotten, [1_795_000_000_000])
    first.cut()
    const second = await gateway.next()
    await second.welcome({ stateSeq: 8 })
    await until(() => link?.state.state === 'open', 'open')
    assert.equal(jobs.forgotten.length, 1)
  })

  it('stays connected while the journal can’t be written, and sends and forgets nothing meanwhile', async context => {
    const run = ended()
    save(run)
    const fail = (): never => {
      throw new PlatenError('disk.full')
    }
    const { mock } = context as TestContext
    const set = mock.method(journal, 'set', fail)
    const acknowledge = mock.method(journal, 'acknowledge', fail)
    open()
    const socket = await gateway.next()
    await socket.welcome()
    await socket.next('job.result')
    socket.send(ackOf(run))
    socket.send({ type: 'state.resync' })
    const good = offer()
    socket.send(good)
    await socket.next('job.accept')
    assert.equal(socket.frames.filter(({ type }) => type === 'state.report' || type === 'job.result').length, 0)
    assert.equal(journal.waiting(), 1)
    set.mock.restore()
    acknowledge.mock.restore()
    socket.send({ type: 'state.resync' })
    await socket.next('state.report')
    await until(() => journal.waiting() === 0, 'forgotten')
  })

  it('says why the connection before ended', async () => {
    open()
    const first = await gateway.next()
    await first.welcome()
    first.close(4008)
    const second = await gateway.next()
    assert.match((await second.welcome()).lastClose ?? '', /4008 rate\.limited/)
  })

  for (const code of [4002, 4003, 4005]) {
    it(`stops at close code ${code}, and says why`, async () => {
      const opened = open()
      const socket = await gateway.next()
      socket.close(code)
      await until(() => opened.state.state === 'refused', 'refused')
      assert.match(opened.state.lastClose ?? '', new RegExp(String(code)))
    })
  }

  it('stops when the upgrade is forbidden', async () => {
    gateway.refuse = () => ({ status: 403 })
    const opened = open()
    await until(() => opened.state.state === 'refused', 'refused')
  })

  it('waits as long as Retry-After says', async () => {
    gateway.refuse = () => ({ status: 503, headers: { 'retry-after': '30' } })
    const opened = open()
    await until(() => opened.state.state === 'waiting', 'waiting')
    const { state } = opened
    assert.ok(state.state === 'waiting' && state.until - Date.now() > 25_000)
  })

  it('comes back at the slot of a goodbye', async () => {
    const opened = open()
    const socket = await gateway.next()
    await socket.welcome()
    socket.send({ type: 'goodbye', reason: 'gateway draining', afterMs: 45_000 })
    socket.close(4010)
    await until(() => opened.state.state === 'waiting', 'waiting')
    const { state } = opened
    assert.ok(state.state === 'waiting' && state.until - Date.now() > 40_000)
  })

  it('tries the next gateway where one can’t be reached', async () => {
    identity = { ...identity, gateways: ['http://127.0.0.1:1', gateway.url] }
    open()
    await gateway.next()
  })

  const broken: readonly (readonly [title: string, data: string | Buffer, code: number])[] = [
    ['no JSON', 'nothing', 4006],
    ['an unknown frame', '{"type":"job.run"}', 4006],
    [
      'an offer without a grant',
      JSON.stringify({ type: 'job.offer', jobId: newId('job'), attempt: 1, epoch: 1, kind: 'a.b', input: 1, runMs: 1_000 }),
      4006,
    ],
    ['a frame that is too deep', `${'['.repeat(50_000)}${']'.repeat(50_000)}`, 4006],
    ['bytes', Buffer.from('{}'), 4006],
    ['a frame that is too large', 'x'.repeat(limits.link.frameBytes + 1), 1009],
    [
      'a second welcome',
      JSON.stringify({ type: 'welcome', sessionId: newId('sess'), revision: 1, heartbeatMs: 5_000, leaseMs: 90_000, stateSeq: 0, time: 1 }),
      4009,
    ],
  ]
  for (const [title, data, code] of broken) {
    it(`closes a connection that brings ${title}, and comes back`, async () => {
      open()
      const socket = await gateway.next()
      await socket.welcome()
      socket.raw(data)
      assert.equal(await socket.closed, code)
      await (await gateway.next()).welcome()
    })
  }

  it('takes no job before the welcome', async () => {
    open()
    const socket = await gateway.next()
    socket.send(offer())
    assert.equal(await socket.closed, 4009)
    assert.deepEqual(jobs.offered, [])
  })

  it('signs nothing for a gateway of another name', async () => {
    open()
    const socket = await gateway.next()
    socket.send({ type: 'challenge', nonce: 'bm9uY2U', gateway: 'gateway.other', time: Date.now() })
    assert.equal(await socket.closed, 4009)
    assert.deepEqual(socket.frames, [])
  })

  it('says goodbye when the agent stops', async () => {
    const opened = open()
    const socket = await gateway.next()
    await socket.welcome()
    await until(() => opened.state.state === 'open', 'open')
    await opened.close()
    await socket.next('goodbye')
    assert.equal(await socket.closed, 1000)
    assert.equal(opened.state.state, 'closed')
  })
})

function isSigned(text: string, signature: string): boolean {
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key.publicKey }, format: 'jwk' })
  return verify(null, Buffer.from(text), publicKey, Buffer.from(signature, 'base64url'))
}
