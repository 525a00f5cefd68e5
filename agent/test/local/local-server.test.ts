import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { limits } from '@platen/protocol'
import { localValidators } from '@platen/protocol/validators/local'
import { control, jobId, plugin, run, secret, signed, signedServer, start, status, view, type Answer } from './local-site.ts'

describe('the plugin’s server', () => {
  it('answers in the shapes of the protocol', async test => {
    const { ask } = await start(test, plugin(test))
    const shapes = [
      ['status', await ask('GET', '/v1/status'), 200],
      ['jobs', await ask('GET', '/v1/jobs?limit=2'), 200],
      ['job', await ask('GET', `/v1/jobs/${jobId}`), 200],
      ['job', await ask('POST', '/v1/jobs', { kind: 'cache.purge', input: {}, origin: 'owner' }), 202],
      ['job', await ask('POST', `/v1/jobs/${jobId}/cancel`), 202],
      ['owner', await ask('GET', '/v1/owner'), 200],
      ['owner', await ask('PUT', '/v1/owner', view.wishes), 200],
      ['error', await ask('GET', '/v1/secrets'), 404],
      ['error', await ask('GET', '/v1/jobs/../../etc/passwd'), 404],
      ['error', await ask('DELETE', '/v1/jobs'), 404],
    ] as const
    for (const [shape, answer, status] of shapes) {
      assert.equal(answer.status, status, answer.text)
      const validate = localValidators[shape]
      assert.ok(validate?.(answer.json), `${shape}: ${answer.text} ${JSON.stringify(validate?.errors)}`)
    }
  })

  it('takes jobs of owner and event, and none that says it is root’s or the platform’s', async test => {
    const { ask, jobs } = await start(test, plugin(test))
    await ask('POST', '/v1/jobs', { kind: 'cache.purge', input: { a: 1 }, origin: 'event' })
    assert.deepEqual(jobs.created, [['cache.purge', { a: 1 }, 'event']])
    for (const origin of ['root', 'platform', undefined]) {
      const answer = await ask('POST', '/v1/jobs', { kind: 'cache.purge', input: {}, origin })
      assert.equal(answer.json['code'], 'input.invalid')
    }
    assert.equal(jobs.created.length, 1)
  })

  it('takes the owner’s wishes in their shape, and no others', async test => {
    const { ask, owner } = await start(test, plugin(test))
    const quietHours = [{ days: ['sat', 'sun'], from: '22:00', to: '06:00' }]
    const wishes = { ...view.wishes, quietHours, cpuSecondsPerDay: 600, vetoed: ['images.optimize'] }
    assert.equal((await ask('PUT', '/v1/owner', wishes)).status, 200)
    assert.deepEqual(owner.wished, [wishes])
    const odd: object[] = [
      { timeZone: '../../etc/passwd' },
      { quietHours: [{ days: [], from: '22:00', to: '06:00' }] },
      { quietHours: [{ days: ['sat'], from: '24:00', to: '06:00' }] },
      { quietHours: Array.from({ length: 21 }, () => quietHours[0]) },
      { cpuSecondsPerDay: -1 },
      { vetoed: ['<script>'] },
      { deferred: [{ kind: 'cache.purge', until: 1, reason: 'x'.repeat(501) }] },
      { kinds: ['cache.purge'] },
    ]
    for (const change of odd) {
      const { status, json } = await ask('PUT', '/v1/owner', { ...wishes, ...change })
      assert.deepEqual([status, json['code']], [400, 'input.invalid'], JSON.stringify(change).slice(0, 80))
    }
    assert.equal(owner.wished.length, 1)
  })

  it('leaves results out of lists and keeps their summary', async test => {
    const { ask } = await start(test, plugin(test))
    const { items } = (await ask('GET', '/v1/jobs?limit=1')).json as { items: Record<string, unknown>[] }
    assert.equal(items[0]?.['summary'], 'All pages are fresh.')
    assert.equal(items[0]?.['result'], undefined)
  })

  it('refuses what is not JSON, too large, or a limit out of bounds', async test => {
    const { ask } = await start(test, plugin(test))
    assert.equal((await ask('POST', '/v1/jobs', '{"kind":')).json['code'], 'input.invalid')
    const large = await ask('POST', '/v1/jobs', 'x'.repeat(limits.local.requestBytes * 2))
    assert.deepEqual([large.status, large.json['code']], [413, 'input.too_large'])
    for (const limit of ['0', '101', 'all', '-1']) assert.equal((await ask('GET', `/v1/jobs?limit=${limit}`)).status, 400)
  })

  it('refuses a body that grows too large while it is sent', async test => {
    const { ask } = await start(test, plugin(test))
    const answer = await ask('POST', '/v1/jobs', 'x'.repeat(limits.local.requestBytes * 2), { 'transfer-encoding': 'chunked' })
    assert.equal(answer.json['code'], 'input.too_large')
  })

  it('tells the error of a job that is not taken', async test => {
    const { ask } = await start(test, plugin(test))
    const { status, json } = await ask('POST', '/v1/jobs', { kind: 'no.such', input: {}, origin: 'owner' })
    assert.deepEqual([status, json['code']], [400, 'kind.unknown'])
  })

  it('says when a job may be that was asked for too often', async test => {
    const { ask } = await start(test, plugin(test))
    const { status, headers, json } = await ask('POST', '/v1/jobs', { kind: 'too.often', input: {}, origin: 'owner' })
    assert.deepEqual([status, json['code'], headers['retry-after'], json['retryAfterMs']], [429, 'purge.too_often', '119', 118_200])
    assert.ok(localValidators['error']?.(json))
  })

  it('bounds the rate and says when to come again', async test => {
    const { ask } = await start(test, plugin(test))
    let limited: Answer | undefined
    for (let index = 0; index < limits.local.burst * 3 && !limited; index += 1) {
      const answer = await ask('GET', '/v1/status')
      if (answer.status === 429) limited = answer
    }
    assert.equal(limited?.json['code'], 'rate.limited')
    assert.ok(Number(limited?.headers['retry-after']) >= 1)
  })

  it('lets nobody follow a job: a follower would hold a connection of few', async test => {
    const { ask } = await start(test, plugin(test))
    assert.equal((await ask('GET', `/v1/jobs/${jobId}/events`)).status, 404)
  })
})

describe('what is no HTTP', () => {
  it('is answered with an error in JSON all the same', async test => {
    const address = plugin(test)
    await start(test, address)
    const socket = connect('socket' in address ? address.socket : '')
    test.after(() => socket.destroy())
    socket.write('GARBAGE\r\n\r\n')
    let text = ''
    for await (const piece of socket.setEncoding('utf8') as AsyncIterable<string>) text += piece
    const body = text.split('\r\n\r\n')[1] ?? ''
    assert.ok(localValidators['error']?.(JSON.parse(body)), text)
  })
})

describe('the control server', () => {
  it('is for root and the agent’s user alone', async test => {
    const address = control(test)
    await start(test, address)
    assert.equal('socket' in address && statSync(address.socket).mode & 0o777, 0o600)
  })

  it('has the agent change its key, which nobody else may ask for', async test => {
    const { ask, rotations } = await start(test, control(test))
    const { status: answered, json } = await ask('POST', '/v1/key/rotate')
    assert.deepEqual([answered, json, rotations()], [202, status, 1])
    const php = await start(test, plugin(test))
    assert.equal((await php.ask('POST', '/v1/key/rotate')).status, 404)
    assert.equal(php.rotations(), 0)
  })

  it('hands out receipts page by page, to nobody else', async test => {
    const { ask } = await start(test, control(test))
    assert.deepEqual((await ask('GET', '/v1/receipts')).json, { lines: ['line 0'], next: 1 })
    assert.deepEqual((await ask('GET', '/v1/receipts?from=7')).json, { lines: ['line 7'], next: 8 })
    assert.equal((await ask('GET', '/v1/receipts?from=-1')).json['code'], 'input.invalid')
    const php = await start(test, plugin(test))
    assert.equal((await php.ask('GET', '/v1/receipts')).status, 404)
  })

  it('makes jobs of root', async test => {
    const { ask, jobs } = await start(test, control(test))
    await ask('POST', '/v1/jobs', { kind: 'cache.purge', input: {} })
    assert.deepEqual(jobs.created, [['cache.purge', {}, 'root']])
  })

  it('tells the story of a job to its end', async test => {
    const { ask, jobs } = await start(test, control(test))
    const story = ask('GET', `/v1/jobs/${jobId}/events`)
    while (jobs.listener.length === 0) await new Promise(setImmediate)
    jobs.listener({ type: 'progress', run, progress: { done: 1, total: 2, note: 'half' } })
    jobs.end()
    const lines = (await story).text
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>)
    assert.deepEqual(
      lines.map(line => line['state']),
      ['running', 'running', 'succeeded'],
    )
    assert.deepEqual(lines[2]?.['result'], { summary: 'All pages are fresh.' })
  })
})

describe('loopback TCP', () => {
  it('serves a signed request once', async test => {
    const { ask } = await signedServer(test)
    const headers = signed('GET', '/v1/jobs?limit=1', '')
    assert.equal((await ask('GET', '/v1/jobs?limit=1', undefined, headers)).status, 200)
    assert.equal((await ask('GET', '/v1/jobs?limit=1', undefined, headers)).json['code'], 'local.replayed')
  })

  it('refuses a request that is unsigned, signed by another key, changed, or old', async test => {
    const { ask } = await signedServer(test)
    const body = JSON.stringify({ kind: 'cache.purge', input: {}, origin: 'owner' })
    const asked = async (headers: Record<string, string>, sent = body): Promise<unknown> =>
      (await ask('POST', '/v1/jobs', sent, headers)).json['code']
    assert.equal(await asked({}), 'local.unauthorized')
    assert.equal(await asked(signed('POST', '/v1/jobs', body, { key: 'another secret, as long as the other one' })), 'local.unauthorized')
    assert.equal(await asked(signed('POST', '/v1/jobs', body), body.replace('owner', 'event')), 'local.unauthorized')
    assert.equal(await asked(signed('GET', '/v1/jobs', body)), 'local.unauthorized')
    assert.equal(
      await asked(signed('POST', '/v1/jobs', body, { timestamp: String(Math.floor(Date.now() / 1_000) - 120) })),
      'local.replayed',
    )
  })

  it('remembers no nonce of a request that was not signed', async test => {
    const { ask } = await signedServer(test)
    const nonce = randomBytes(16).toString('hex')
    await ask('GET', '/v1/status', undefined, signed('GET', '/v1/status', '', { nonce, key: 'another secret, as long as the other one' }))
    assert.equal((await ask('GET', '/v1/status', undefined, signed('GET', '/v1/status', '', { nonce }))).status, 200)
  })

  it('says when its port is taken', async test => {
    const taken = createServer()
    await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve))
    test.after(() => taken.close())
    const { port } = taken.address() as AddressInfo
    await assert.rejects(start(test, { audience: 'plugin', port, secret }), { code: 'port.in_use' })
  })
})
