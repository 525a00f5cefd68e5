import assert from 'node:assert/strict'
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { connect, createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { limits, localSigningText, PlatenError, signatureHeaders, type LocalStatus } from '@platen/protocol'
import { localValidators } from '@platen/protocol/validators/local'
import type { Run } from '../../src/domain/run.ts'
import { openLocalServer, type LocalAddress } from '../../src/local/local-server.ts'
import type { Cancelled, Jobs, RunNews } from '../../src/ports/jobs.ts'
import { jsonLog } from '../../src/system/json-log.ts'
import { systemClock } from '../../src/system/system-clock.ts'
import { tempFolder } from '../support/temp-folder.ts'

const jobId = 'job_01936f0e-7b2c-7d3e-8f4a-5b6c7d8e9f00'
const run: Run = {
  jobId,
  kind: 'cache.purge',
  input: {},
  origin: 'owner',
  attempt: 0,
  epoch: 0,
  runMs: 1,
  createdAt: 1,
  state: 'running',
  startedAt: 1,
  steps: [],
}
const over: Run = {
  ...run,
  state: 'ended',
  finishedAt: 2,
  end: { outcome: 'succeeded', effect: 'none', result: { summary: 'All pages are fresh.' } },
}

/** Jobs that hold one run and remember what was asked of them. */
class FewJobs implements Jobs {
  readonly created: unknown[][] = []
  listener: (news: RunNews) => void = () => {}
  #run: Run = run
  offer(): 'accepted' {
    return 'accepted'
  }
  create(...asked: [string, unknown, Run['origin']]): Run {
    this.created.push(asked)
    if (asked[0] === 'no.such') throw new PlatenError('kind.unknown')
    return { ...run, state: 'accepted', kind: asked[0] }
  }
  cancel(): Cancelled {
    return this.#run.state === 'ended' ? 'ended' : 'stopping'
  }
  running(): [] {
    return []
  }
  unfinished(): number {
    return 1
  }
  find(id: string): Run | undefined {
    return id === jobId ? this.#run : undefined
  }
  progressOf(): { done: number; total: number; note: string } {
    return { done: 1, total: 2, note: 'half' }
  }
  recent(limit: number): readonly Run[] {
    return [over, this.#run].slice(0, limit)
  }
  subscribe(listener: (news: RunNews) => void): () => void {
    this.listener = listener
    return () => {
      this.listener = () => {}
    }
  }
  end(): void {
    this.#run = over
    this.listener({ type: 'state', run: over })
  }
}

const status: LocalStatus = { version: '1', startedAt: 1, link: { state: 'none', since: 1 }, kinds: [], running: 0, waiting: 0 }

interface Answer {
  readonly status: number
  readonly headers: Record<string, unknown>
  readonly json: Record<string, unknown>
  readonly text: string
}

type Ask = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>

interface Started {
  readonly jobs: FewJobs
  readonly ask: Ask
  /** How often a new key was asked for. */
  readonly rotations: () => number
}

async function start(test: TestContext, address: LocalAddress, nonces = new Set<string>()): Promise<Started> {
  let rotations = 0
  const jobs = new FewJobs()
  const log = jsonLog('test', () => {})
  const journal = { nonce: (nonce: string) => nonces.size < nonces.add(nonce).size }
  const server = await openLocalServer({
    address,
    subject: { jobs, status: () => status, rotateKey: () => void (rotations += 1) },
    journal,
    clock: systemClock,
    log,
  })
  test.after(() => server.close())
  const where = 'socket' in address ? { socketPath: address.socket } : { host: '127.0.0.1', port: address.port }
  return { jobs, ask: asker(where), rotations: () => rotations }
}

function asker(where: object): Ask {
  return (method, path, body, headers = {}) =>
    new Promise((resolve, reject) => {
      const request = httpRequest({ ...where, method, path, headers, agent: false }, response => {
        let text = ''
        response.setEncoding('utf8').on('data', (piece: string) => {
          text += piece
        })
        response.on('end', () => {
          const json = text.includes('\n') ? {} : (JSON.parse(text) as Record<string, unknown>)
          resolve({ status: response.statusCode ?? 0, headers: response.headers, json, text })
        })
      })
      request.on('error', reject)
      request.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body))
    })
}

const plugin = (test: TestContext): LocalAddress => ({ audience: 'plugin', socket: join(tempFolder(test), 'agent.sock'), mode: 0o666 })
const control = (test: TestContext): LocalAddress => ({ audience: 'control', socket: join(tempFolder(test), 'control.sock'), mode: 0o600 })

describe('the plugin’s server', () => {
  it('answers in the shapes of the protocol', async test => {
    const { ask } = await start(test, plugin(test))
    const shapes = [
      ['status', await ask('GET', '/v1/status'), 200],
      ['jobs', await ask('GET', '/v1/jobs?limit=2'), 200],
      ['job', await ask('GET', `/v1/jobs/${jobId}`), 200],
      ['job', await ask('POST', '/v1/jobs', { kind: 'cache.purge', input: {}, origin: 'owner' }), 202],
      ['job', await ask('POST', `/v1/jobs/${jobId}/cancel`), 202],
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
  const secret = 'the secret that PHP and the agent share'

  async function signedServer(test: TestContext) {
    const port = await freePort()
    return await start(test, { audience: 'plugin', port, secret })
  }

  function signed(method: string, path: string, body: string, changes: { timestamp?: string; nonce?: string; key?: string } = {}) {
    const timestamp = changes.timestamp ?? String(Math.floor(Date.now() / 1_000))
    const nonce = changes.nonce ?? randomBytes(16).toString('hex')
    const bodyHash = createHash('sha256').update(body).digest('hex')
    const signature = createHmac('sha256', changes.key ?? secret)
      .update(localSigningText({ method, path, timestamp, nonce, bodyHash }))
      .digest('hex')
    return { [signatureHeaders.timestamp]: timestamp, [signatureHeaders.nonce]: nonce, [signatureHeaders.signature]: signature }
  }

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

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}
