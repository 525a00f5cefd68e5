import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { limits, PlatenError } from '@platen/protocol'
import { jsonLog } from '../../src/system/json-log.ts'
import { refusalLog } from '../../src/local/refusal-log.ts'
import { control, plugin, signed, signedServer, start } from './local-site.ts'

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
    const { ask, lines, jobs } = await signedServer(test)
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
    const tell = refusalLog(
      jsonLog('test', line => lines.push(line)),
      { monotonic: () => now },
    )
    for (let index = 0; index < 1_000; index += 1) tell(new PlatenError('rate.limited'), {})
    tell(new PlatenError('local.replayed'), {})
    now = 60_000
    tell(new PlatenError('rate.limited'), {})
    assert.deepEqual(
      refused(lines).map(({ code, more }) => [code, more]),
      [
        ['rate.limited', undefined],
        ['local.replayed', undefined],
        ['rate.limited', 999],
      ],
    )
  })
})
