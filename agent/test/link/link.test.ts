import assert from 'node:assert/strict'
import { beforeEach, describe, it, type TestContext } from 'node:test'
import { refusalMs } from '../../src/link/refused-upgrade.ts'
import { LinkBench, until } from './link-bench.ts'
import type { Refusal } from './wire-gateway.ts'

/** What the gateway answers to an agent whose key it does not take any more. */
const revoked = JSON.stringify({ type: 'about:blank', status: 403, code: 'agent.revoked' })

describe('the link', { timeout: 60_000 }, () => {
  let bench: LinkBench

  beforeEach(async context => {
    bench = await LinkBench.make(context as TestContext)
  })

  it('corrects its token by the time of a 401', async () => {
    bench.clock.aheadMs = 7 * 86_400_000
    bench.gateway.refuse = () =>
      bench.gateway.upgrades.length === 1 ? { status: 401, headers: { date: new Date().toUTCString() } } : undefined
    bench.open()
    await bench.gateway.next()
    const issued = bench.gateway.upgrades.map(request => {
      const claims = request.headers.authorization?.split('.')[1] ?? ''
      return (JSON.parse(Buffer.from(claims, 'base64url').toString()) as { iat: number }).iat * 1_000
    })
    assert.ok((issued[0] ?? 0) - Date.now() > 6 * 86_400_000)
    assert.ok(Math.abs((issued[1] ?? 0) - Date.now()) < 5_000)
  })

  it('says why the connection before ended', async () => {
    const first = await bench.welcomed()
    first.close(4008)
    const second = await bench.gateway.next()
    assert.match((await second.welcome()).lastClose ?? '', /4008 rate\.limited/)
  })

  for (const code of [4002, 4003, 4005]) {
    it(`stops at close code ${code}, and says why`, async () => {
      const opened = bench.open()
      const socket = await bench.gateway.next()
      socket.close(code)
      await until(() => opened.state.state === 'refused', 'refused')
      assert.match(opened.state.lastClose ?? '', new RegExp(String(code)))
    })
  }

  it('stops when the upgrade is refused because the agent was revoked, and says so', async () => {
    bench.gateway.refuse = () => ({ status: 403, body: revoked })
    const opened = bench.open()
    await until(() => opened.state.state === 'refused', 'refused')
    assert.equal(opened.state.lastClose, 'HTTP 403 agent.revoked')
  })

  const strangers: readonly (readonly [title: string, refusal: Refusal])[] = [
    ['that says nothing', { status: 403 }],
    [
      'in HTML, as a firewall has it',
      { status: 403, headers: { 'content-type': 'text/html' }, body: '<h1>403 Forbidden</h1>agent.revoked' },
    ],
    ['of another code', { status: 403, body: JSON.stringify({ code: 'token.scope' }) }],
    ['that is half a document', { status: 403, headers: { 'content-length': '1000' }, body: revoked.slice(0, -1) }],
    ['with the code under another status', { status: 404, body: revoked }],
    ['of a document without an object', { status: 403, body: 'null' }],
    ['that has no end in sight', { status: 403, body: ' '.repeat(100_000) + revoked, isUnfinished: true }],
  ]
  for (const [title, refusal] of strangers) {
    it(`comes back after a refusal ${title}: whatever stands before the gateway may have said it`, async () => {
      bench.gateway.refuse = () => (bench.gateway.upgrades.length === 1 ? refusal : undefined)
      bench.open()
      await (await bench.gateway.next()).welcome()
      await until(() => bench.state === 'open', 'open')
    })
  }

  it('waits for the words of a refusal no longer than their deadline', async () => {
    bench.clock.heldMs = 3_000
    bench.gateway.refuse = () => (bench.gateway.upgrades.length === 1 ? { status: 403, body: '{', isUnfinished: true } : undefined)
    const opened = bench.open()
    await until(() => bench.clock.holds(refusalMs), 'reading')
    assert.equal(opened.state.state, 'connecting')
    bench.clock.pass(refusalMs)
    await (await bench.gateway.next()).welcome()
  })

  it('can be closed while the words of a refusal are still to come', async () => {
    bench.clock.heldMs = 3_000
    bench.gateway.refuse = () => ({ status: 403, body: '{', isUnfinished: true })
    const opened = bench.open()
    await until(() => bench.clock.holds(refusalMs), 'reading')
    await opened.close()
    assert.equal(opened.state.state, 'closed')
  })

  it('waits as long as Retry-After says', async () => {
    bench.gateway.refuse = () => ({ status: 503, headers: { 'retry-after': '30' } })
    const opened = bench.open()
    await until(() => opened.state.state === 'waiting', 'waiting')
    const { state } = opened
    assert.ok(state.state === 'waiting' && state.until - Date.now() > 25_000)
  })

  it('comes back at the slot of a goodbye', async () => {
    const opened = bench.open()
    const socket = await bench.gateway.next()
    await socket.welcome()
    socket.send({ type: 'goodbye', reason: 'gateway draining', afterMs: 45_000 })
    socket.close(4010)
    await until(() => opened.state.state === 'waiting', 'waiting')
    const { state } = opened
    assert.ok(state.state === 'waiting' && state.until - Date.now() > 40_000)
  })

  it('tries the next gateway where one can’t be reached', async () => {
    bench.identity = { ...bench.identity, gateways: ['http://127.0.0.1:1', bench.gateway.url] }
    bench.open()
    await bench.gateway.next()
  })
})
