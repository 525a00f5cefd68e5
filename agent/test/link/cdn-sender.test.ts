import assert from 'node:assert/strict'
import { beforeEach, describe, it, type TestContext } from 'node:test'
import type { AgentFrame } from '@platen/protocol'
import { LinkBench, until } from './link-bench.ts'
import type { AgentSocket } from './wire-gateway.ts'

const page = 'https://shop.example/'
/** How long a request may be left unanswered, and one that the gateway said is delayed. */
const silentMs = 180_000
const delayedMs = 900_000

describe('the sender of purges at the CDN', { timeout: 60_000 }, () => {
  let bench: LinkBench
  const want = (jobId: string, urls: readonly string[] = [page + jobId]): void => bench.cdn?.want({ jobId, what: { urls }, urgent: false })
  const requests = (socket: AgentSocket): AgentFrame[] => socket.frames.filter(({ type }) => type === 'cdn.request')

  beforeEach(async context => {
    bench = await LinkBench.make(context as TestContext)
  })

  it('sends what waits after the welcome, and again on each connection until it is answered', async () => {
    want('a')
    const first = await bench.welcomed()
    const sent = await first.next('cdn.request')
    assert.deepEqual(sent, { type: 'cdn.request', purgeId: sent.purgeId, what: { urls: [`${page}a`] }, urgent: false })
    first.cut()
    const second = await bench.gateway.next()
    await second.welcome()
    assert.deepEqual(await second.next('cdn.request'), sent)
    second.send({ type: 'cdn.outcome', purgeId: sent.purgeId, outcome: 'purged' })
    await until(() => !bench.journal.cdn.isOpen('a'), 'purged')
    second.cut()
    const third = await bench.gateway.next()
    await third.welcome()
    third.send({ type: 'state.resync' })
    await third.next('state.report')
    assert.deepEqual(requests(third), [])
  })

  it('sends what comes to wait while it is open', async () => {
    const socket = await bench.welcomed()
    want('a')
    await socket.next('cdn.request')
  })

  it('sends a window at a time, and what is wanted meanwhile in one', async () => {
    const socket = await bench.welcomed()
    const ids: string[] = []
    for (const job of ['a', 'b', 'c', 'd']) {
      want(job)
      ids.push((await socket.next('cdn.request')).purgeId)
    }
    for (const job of ['e', 'f', 'g']) want(job)
    // One that is delayed is still the gateway's.
    socket.send({ type: 'cdn.outcome', purgeId: ids[0] ?? '', outcome: 'delayed', code: 'cdn.unavailable' })
    socket.send({ type: 'state.resync' })
    await socket.next('state.report')
    assert.deepEqual(requests(socket), [])
    socket.send({ type: 'cdn.outcome', purgeId: ids[0] ?? '', outcome: 'purged' })
    assert.deepEqual((await socket.next('cdn.request')).what, { urls: ['e', 'f', 'g'].map(job => page + job) })
  })

  const older: readonly [what: string, capabilities: string[]][] = [
    ['names other frames alone', ['job.created', 'job.wait', 'key.offer']],
    ['names none', []],
  ]
  for (const [what, capabilities] of older)
    it(`says nothing to a gateway whose welcome ${what}, and all of it to the next one that can be told`, async () => {
      want('a')
      const first = await bench.welcomed({ capabilities })
      want('b')
      assert.deepEqual(await bench.cdn?.outcome('a', 0), { outcome: 'pending', code: 'gateway.unreachable' })
      first.cut()
      await first.closed
      assert.deepEqual(requests(first), [])
      const second = await bench.gateway.next()
      await second.welcome()
      assert.deepEqual((await second.next('cdn.request')).what, { urls: [`${page}a`, `${page}b`] })
    })

  it('says nothing of tags to a gateway that does not take them', async () => {
    const first = await bench.welcomed()
    want('a')
    first.send({ type: 'cdn.outcome', purgeId: (await first.next('cdn.request')).purgeId, outcome: 'purged' })
    await until(() => bench.journal.get('cdn.known') === 'tags', 'known')
    bench.cdn?.want({ jobId: 'b', what: { tags: ['0a1b2c3d'] }, urgent: false })
    const sent = await first.next('cdn.request')
    assert.deepEqual(sent.what, { tags: ['0a1b2c3d'] })
    first.cut()
    const second = await bench.gateway.next()
    await second.welcome({ capabilities: ['cdn.request'] })
    want('c')
    assert.deepEqual((await second.next('cdn.request')).what, { urls: [`${page}c`] })
    assert.equal(requests(second).length, 0)
    second.cut()
    const third = await bench.gateway.next()
    await third.welcome()
    assert.deepEqual([(await third.next('cdn.request')).what, await third.next('cdn.request')], [{ urls: [`${page}c`] }, sent])
  })

  /** Four requests, as many as the gateway may have at once, and what waits behind them. */
  const full = async (socket: AgentSocket): Promise<string[]> => {
    const ids: string[] = []
    for (const job of ['a', 'b', 'c', 'd']) {
      want(job)
      ids.push((await socket.next('cdn.request')).purgeId)
    }
    want('e')
    return ids
  }

  it('sends again what is left unanswered for minutes, and before that what else waits', async () => {
    bench.clock.heldMs = silentMs
    const socket = await bench.welcomed()
    const ids = await full(socket)
    bench.clock.pass(silentMs)
    const sent: string[] = []
    for (let count = 0; count < 4; count += 1) sent.push((await socket.next('cdn.request')).purgeId)
    assert.deepEqual(sent.slice(1), ids.slice(0, 3))
    socket.send({ type: 'cdn.outcome', purgeId: sent[0] ?? '', outcome: 'purged' })
    assert.equal((await socket.next('cdn.request')).purgeId, ids[3])
    assert.deepEqual([bench.journal.cdn.isOpen('e'), bench.journal.cdn.isOpen('a')], [false, true])
  })

  it('takes an answer that comes after all', async () => {
    bench.clock.heldMs = silentMs
    const socket = await bench.welcomed()
    const ids = await full(socket)
    bench.clock.pass(silentMs)
    for (const purgeId of ids) socket.send({ type: 'cdn.outcome', purgeId, outcome: 'purged' })
    await until(() => !['a', 'b', 'c', 'd'].some(job => bench.journal.cdn.isOpen(job)), 'purged')
  })

  it('leaves what is delayed to the gateway for longer, and waits for nothing once it is answered or the connection is over', async () => {
    bench.clock.heldMs = silentMs
    const socket = await bench.welcomed()
    want('a')
    const { purgeId } = await socket.next('cdn.request')
    socket.send({ type: 'cdn.outcome', purgeId, outcome: 'delayed', code: 'cdn.unavailable' })
    await until(() => bench.clock.holds(delayedMs), 'delayed')
    assert.equal(bench.clock.holds(silentMs), false)
    bench.clock.pass(delayedMs)
    assert.equal((await socket.next('cdn.request')).purgeId, purgeId)
    socket.send({ type: 'cdn.outcome', purgeId, outcome: 'purged' })
    await until(() => !bench.journal.cdn.isOpen('a'), 'purged')
    assert.equal(bench.clock.holds(silentMs), false)
    want('b')
    await socket.next('cdn.request')
    assert.equal(bench.clock.holds(silentMs), true)
    socket.cut()
    await until(() => !bench.clock.holds(silentMs), 'over')
  })

  it('is not there in an agent that has nothing purged: a word about it has no place', async () => {
    bench.cdn = undefined
    const socket = await bench.welcomed()
    socket.send({ type: 'cdn.outcome', purgeId: 'purge_01936f0e-7b2c-7d3e-8f4a-5b6c7d8e9f00', outcome: 'purged' })
    assert.equal(await socket.closed, 4009)
  })
})
