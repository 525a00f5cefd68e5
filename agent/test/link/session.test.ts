import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { beforeEach, describe, it, type TestContext } from 'node:test'
import { helloText, limits, newId, PlatenError } from '@platen/protocol'
import { key, LinkBench, until } from './link-bench.ts'
import { welcomeAt } from './wire-gateway.ts'

describe('a session', { timeout: 60_000 }, () => {
  let bench: LinkBench

  beforeEach(async context => {
    bench = await LinkBench.make(context as TestContext)
  })

  it('shows a token, signs the nonce, and is open after the welcome', async () => {
    const opened = bench.open()
    assert.equal(opened.state.state, 'connecting')
    const socket = await bench.gateway.next()
    const hello = await socket.welcome()
    await until(() => opened.state.state === 'open', 'open')
    const text = helloText({ nonce: 'bm9uY2U', gateway: 'gateway.test' }, bench.identity.agentId, bench.identity.instanceId)
    assert.ok(isSigned(text, hello.signature))
    const [request] = bench.gateway.upgrades
    const [header = '', claims = '', signature = ''] = (request?.headers.authorization ?? '').replace('Bearer ', '').split('.')
    assert.ok(isSigned(`${header}.${claims}`, signature))
    const { iss, aud, iat, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, number>
    assert.deepEqual([iss, aud, (exp ?? 0) - (iat ?? 0)], [bench.identity.agentId, 'gateway.test', limits.link.tokenSeconds])
    assert.equal(request?.headers['sec-websocket-extensions'], undefined)
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
    ['a second welcome', JSON.stringify(welcomeAt(1)), 4009],
  ]
  for (const [title, data, code] of broken) {
    it(`closes a connection that brings ${title}, counts it, and comes back`, async () => {
      const socket = await bench.welcomed()
      socket.raw(data)
      assert.equal(await socket.closed, code)
      await (await bench.gateway.next()).welcome()
      assert.equal(bench.link.refused, 1)
    })
  }

  it('tells whoever runs jobs that the gateway has let it in, that it lives, and that it is gone, and nothing before the welcome', async () => {
    bench.open()
    const socket = await bench.gateway.next()
    assert.deepEqual(bench.jobs.signs, [])
    await socket.welcome()
    await until(() => bench.state === 'open', 'open')
    const { leaseMs } = welcomeAt(1)
    assert.deepEqual(bench.jobs.signs, [{ type: 'welcome', leaseMs }])
    socket.send({ type: 'state.resync' })
    await until(() => bench.jobs.signs.at(-1)?.type === 'life', 'a sign of life')
    socket.cut()
    await until(() => bench.jobs.signs.at(-1)?.type === 'gone', 'gone')
  })

  it('takes no job before the welcome', async () => {
    bench.open()
    const socket = await bench.gateway.next()
    socket.send(bench.offer())
    assert.equal(await socket.closed, 4009)
    assert.deepEqual(bench.jobs.offered, [])
  })

  it('signs nothing for a gateway of another name', async () => {
    bench.open()
    const socket = await bench.gateway.next()
    socket.send({ type: 'challenge', nonce: 'bm9uY2U', gateway: 'gateway.other', time: Date.now() })
    assert.equal(await socket.closed, 4009)
    assert.deepEqual(socket.frames, [])
  })

  it('gives its connection up when the journal can’t be read, and comes back', async context => {
    const { mock } = context as TestContext
    mock.method(
      bench.journal,
      'outbox',
      () => {
        throw new PlatenError('store.unavailable')
      },
      { times: 1 },
    )
    bench.open()
    const socket = await bench.gateway.next()
    socket.send({ type: 'challenge', nonce: 'bm9uY2U', gateway: 'gateway.test', time: Date.now() })
    assert.equal(await socket.closed, 1011)
    await (await bench.gateway.next()).welcome()
    await until(() => bench.state === 'open', 'open')
  })

  it('says goodbye when the agent stops', async () => {
    const opened = bench.open()
    const socket = await bench.gateway.next()
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
