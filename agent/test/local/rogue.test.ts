import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { limits, PlatenError } from '@platen/protocol'
import { jsonLog } from '../../src/system/json-log.ts'
import { statusText } from '../../src/cli/status.ts'
import { RefusalLog } from '../../src/local/refusal-log.ts'
import { startTestAgent } from '../support/test-agent.ts'
import { asker, control, plugin, signed, signedServer, start } from './local-site.ts'

const refused = (lines: readonly string[]): Record<string, unknown>[] =>
  lines.map(line => JSON.parse(line) as Record<string, unknown>).filter(line => line['event'] === 'local:refused')

/** A request whose body never comes to its end, on a connection that its maker keeps open when we end it. */
function slowBody(test: TestContext, path: string): Socket {
  const socket = connect({ path, allowHalfOpen: true })
  test.after(() => socket.destroy())
  socket.on('error', () => {})
  socket.write('POST /v1/jobs HTTP/1.1\r\nHost: agent\r\nContent-Length: 50000\r\n\r\n{"kind":')
  return socket
}

describe('a rogue PHP process', () => {
  it('is refused its replayed, forged and stale requests, and told of once a code', async test => {
    const { ask, lines, jobs, refused: count } = await signedServer(test)
    const body = JSON.stringify({ kind: 'cache.purge', input: {}, origin: 'owner' })
    const once = signed('POST', '/v1/jobs', body)
    assert.equal((await ask('POST', '/v1/jobs', body, once)).status, 202)
    for (let index = 0; index < 10; index += 1) {
      assert.equal((await ask('POST', '/v1/jobs', body, once)).json['code'], 'local.replayed')
      const forged = signed('POST', '/v1/jobs', body, { key: 'another secret, as long as the other one' })
      assert.equal((await ask('POST', '/v1/jobs', body, forged)).json['code'], 'local.unauthorized')
    }
    assert.equal(jobs.created.length, 1)
    assert.deepEqual(
      refused(lines).map(({ code }) => code),
      ['local.replayed', 'local.unauthorized'],
    )
    assert.equal(count(), 20)
  })

  it('is counted where what it sends is no HTTP, once each time', async test => {
    const address = plugin(test)
    const { lines, refused: count } = await start(test, address)
    const path = 'socket' in address ? address.socket : ''
    for (const text of ['nonsense\r\n\r\n', 'POST /v1/jobs HTTP/1.1\r\nHost: agent\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n']) {
      const socket = connect(path)
      socket.on('error', () => {})
      socket.resume().write(text)
      await once(socket, 'close')
    }
    assert.equal(count(), 2)
    assert.deepEqual(
      refused(lines).map(({ code }) => code),
      ['input.invalid'],
    )
  })

  it('is counted where it opens more connections than there is room for', async test => {
    const address = plugin(test)
    const { ask, lines, refused: count } = await start(test, address)
    const path = 'socket' in address ? address.socket : ''
    const idle = Array.from({ length: 2 * limits.local.connections }, () => connect(path))
    test.after(() => idle.forEach(socket => socket.destroy()))
    await Promise.all(idle.map(socket => once(socket, 'connect')))
    await assert.rejects(ask('GET', '/v1/status'))
    assert.equal(count(), 1)
    assert.deepEqual(
      refused(lines).map(({ code }) => code),
      ['agent.busy'],
    )
  })

  it('shows in the status of the agent, and what root asks for in vain does not', { timeout: 60_000 }, async test => {
    const { control: root, policy } = await startTestAgent(test)
    await assert.rejects(root.createJob('site.delete', {}), { code: 'kind.unknown' })
    assert.equal((await root.status()).local?.refused, 0)
    assert.equal((await asker({ socketPath: policy.agent.socket })('GET', '/v1/secrets')).status, 404)
    const status = await root.status()
    assert.equal(status.local?.refused, 1)
    assert.match(statusText(status), /refused from PHP +1/)
  })

  it('is refused paths that lead elsewhere, and what is no wish or job', async test => {
    const { ask, jobs, owner } = await start(test, plugin(test))
    for (const path of [
      '/v1/owner/../../etc/passwd',
      '/v1/jobs/..%2f..%2fetc%2fpasswd',
      '//etc/passwd',
      '//',
      '/v1/jobs/%00',
      '/v1/status/',
      '/',
    ])
      assert.equal((await ask('GET', path)).json['code'], path.startsWith('/v1/jobs/') ? 'job.not_found' : 'route.not_found', path)
    const deep = `{"kind":"cache.purge","origin":"owner","input":${'['.repeat(20_000)}${']'.repeat(20_000)}}`
    for (const body of [deep, 'null', '[]', '"x"', '{"__proto__":{}}', '{"kind":{}}', '['.repeat(30_000)]) {
      assert.equal((await ask('POST', '/v1/jobs', body)).json['code'], 'input.invalid', body.slice(0, 20))
      assert.equal((await ask('PUT', '/v1/owner', body)).json['code'], 'input.invalid', body.slice(0, 20))
    }
    assert.deepEqual([jobs.created, owner.wished], [[], []])
  })

  it('that floods its socket is told to wait, and root’s socket answers meanwhile', async test => {
    const site = await start(test, plugin(test))
    const { ask: askAsRoot } = await start(test, control(test))
    const flood = Array.from(
      { length: limits.local.burst * 3 },
      async () => (await site.ask('GET', '/v1/status').catch(() => undefined))?.status,
    )
    assert.equal((await askAsRoot('GET', '/v1/status')).status, 200)
    const answers = await Promise.all(flood)
    assert.ok(answers.includes(429) || answers.includes(503), String(answers))
    assert.ok(refused(site.lines).length <= 2, site.lines.join(''))
  })

  it('that sends its bodies slowly is cut, and others get their turn', { timeout: 60_000 }, async test => {
    const address = plugin(test)
    const { ask } = await start(test, address, undefined, { headersMs: 200, requestMs: 400, checkMs: 50 })
    const path = 'socket' in address ? address.socket : ''
    const slow = Array.from({ length: limits.local.connections }, () => slowBody(test, path))
    await Promise.all(slow.map(socket => once(socket, 'connect')))
    await Promise.all(slow.map(socket => once(socket.resume(), 'end')))
    assert.equal((await ask('GET', '/v1/status')).status, 200)
  })
})

describe('the log of refusals', () => {
  it('tells of a code at once, then once a minute with how many more there were', () => {
    const lines: string[] = []
    let now = 0
    const log = new RefusalLog(
      jsonLog('test', line => lines.push(line)),
      { monotonic: () => now },
    )
    for (let index = 0; index < 1_000; index += 1) log.tell(new PlatenError('rate.limited'), {})
    log.tell(new PlatenError('local.replayed'), {})
    now = 60_000
    log.tell(new PlatenError('rate.limited'), {})
    assert.deepEqual(
      refused(lines).map(({ code, more }) => [code, more]),
      [
        ['rate.limited', undefined],
        ['local.replayed', undefined],
        ['rate.limited', 999],
      ],
    )
    assert.equal(log.count, 1_002)
  })

  it('counts no failure of the agent’s own among them', () => {
    const log = new RefusalLog(
      jsonLog('test', () => {}),
      { monotonic: () => 0 },
    )
    log.tell(new PlatenError('internal'), {})
    assert.equal(log.count, 0)
  })
})
