import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { PlatenError } from '@platen/protocol'
import { Api } from './api-fixture.ts'
import { routesTable } from './routes-table.ts'

const tight = { token: { perSecond: 1, burst: 1 }, address: { perSecond: 1, burst: 100 } }

describe('a request whose body never comes', () => {
  let api: Api
  beforeEach(async () => (api = await Api.open(tight)))
  afterEach(() => api.close())

  /** Sends the head of a request alone; what is answered to it. */
  const announce = async (path: string, token?: string): Promise<readonly [status: number | undefined, code: unknown]> => {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const headers = { 'content-type': 'application/json', 'content-length': 500, ...authorization }
    const sent = request(`${api.url}${path}`, { method: 'POST', headers, signal: AbortSignal.timeout(2_000) })
    sent.flushHeaders()
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    const { code } = JSON.parse(await text(response)) as { readonly code: unknown }
    sent.on('error', () => {}).destroy()
    return [response.statusCode, code]
  }

  it('is refused where it has no good token', async () => {
    const posts = routesTable.filter(([method, , scope]) => method === 'POST' && scope !== 'public')
    for (const [, path] of posts) {
      const named = path.replace(':id', api.mine.siteId)
      assert.deepEqual(await announce(named), [401, 'token.invalid'], path)
      assert.deepEqual(await announce(named, `plt_${'A'.repeat(43)}`), [401, 'token.invalid'], path)
    }
  })

  it('is refused where its token has too small a scope, and where that has asked too often', async () => {
    const { read } = api.mine.token
    assert.deepEqual(await announce('/v1/jobs:batch', read), [403, 'token.scope'])
    assert.deepEqual(await announce('/v1/jobs:batch', read), [429, 'rate.limited'])
  })

  it('is refused where its address has enrolled too often', async () => {
    for (let asked = 0; asked < 100; asked += 1) await api.ask('POST', '/v1/agents/enrol', { token: '', body: {} })
    assert.deepEqual(await announce('/v1/agents/enrol'), [429, 'rate.limited'])
  })
})

describe('a store that is away', () => {
  it('is not held against the address that asks', async t => {
    const api = await Api.open({ ...tight, address: { perSecond: 1, burst: 1 } })
    t.after(() => api.close())
    api.store.tokens.byHash = () => Promise.reject(new PlatenError('store.unavailable'))
    for (let asked = 0; asked < 3; asked += 1) assert.equal((await api.ask('GET', '/v1/sites')).body['code'], 'store.unavailable')
  })
})

describe('the sockets of the API', () => {
  it('are bounded, at more than the link lets in, whose refusals say when to come back', async t => {
    const api = await Api.open()
    t.after(() => api.close())
    assert.ok(api.http.server.maxConnections > 50_000 && api.http.server.maxConnections <= 65_000)
  })
})
