import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { Api } from './api-fixture.ts'

describe('sites', () => {
  let api: Api
  beforeEach(async () => (api = await Api.open()))
  afterEach(() => api.close())
  const add = (url: unknown) => api.ask('POST', '/v1/sites', { body: { url } })

  it('are kept by scheme, host and path', async () => {
    for (const [url, kept] of [
      ['HTTPS://Example.COM', 'https://example.com'],
      ['https://example.com:443/blog/', 'https://example.com/blog'],
      ['http://example.com:8080//', 'http://example.com:8080'],
    ]) {
      const { status, body } = await add(url)
      assert.deepEqual([status, body['url']], [201, kept])
      assert.deepEqual((await api.ask('GET', `/v1/sites/${String(body['id'])}`)).body, body)
    }
  })

  it('are refused where their URL is none of a site', async () => {
    const wrong = ['', 'example.com', 'ftp://example.com', 'javascript:alert(1)', 'https://a:b@example.com', 'https://a.example/?x=1']
    for (const url of [...wrong, 'https://a.example/#x', 7, 'https://a.example/'.padEnd(501, 'a')]) {
      const { status, body } = await add(url)
      assert.deepEqual([status, body['field']], [400, 'url'], String(url))
    }
  })

  it('are one each URL', async () => {
    await add('https://example.com')
    const { status, body } = await add('https://example.com/')
    assert.deepEqual([status, body['code'], body['field']], [409, 'site.exists', 'url'])
  })
})

describe('a site at a CDN', () => {
  let api: Api
  beforeEach(async () => (api = await Api.open()))
  afterEach(() => api.close())
  const site = async (): Promise<string> =>
    String((await api.ask('POST', '/v1/sites', { body: { url: 'https://www.shop.example' } })).body['id'])
  const place = { account: 'main', zone: '023e105f4ecef8ad9ca31a8372d0c353', hosts: ['shop.example', 'www.shop.example'] }

  it('is where its account’s admin says, until it is at none', async () => {
    const id = await site()
    const { status, body } = await api.ask('POST', `/v1/sites/${id}/cdn`, { body: place })
    assert.deepEqual([status, body['cdn']], [200, place])
    assert.deepEqual((await api.ask('GET', `/v1/sites/${id}`)).body['cdn'], place)
    const none = await api.ask('POST', `/v1/sites/${id}/cdn`, { body: {} })
    assert.deepEqual([none.status, none.body['cdn']], [200, undefined])
  })

  it('has its hosts as URLs have them', async () => {
    const { body } = await api.ask('POST', `/v1/sites/${await site()}/cdn`, { body: { ...place, hosts: ['Shop.Example', 'shop.example'] } })
    assert.deepEqual(body['cdn'], { ...place, hosts: ['shop.example'] })
  })

  it('has no hosts but its own, and no account that the gateway has no token for, or has it for others', async () => {
    const id = await site()
    for (const [wrong, field] of [
      [{ ...place, hosts: ['shop.example', 'other.example'] }, 'hosts'],
      [{ ...place, hosts: ['notshop.example'] }, 'hosts'],
      [{ ...place, account: 'unknown' }, 'account'],
    ] as const) {
      const { status, body } = await api.ask('POST', `/v1/sites/${id}/cdn`, { body: wrong })
      assert.deepEqual([status, body['field']], [400, field])
    }
    const token = api.theirs.token.admin
    const { id: theirs } = (await api.ask('POST', '/v1/sites', { token, body: { url: 'https://www.shop.example' } })).body
    const denied = await api.ask('POST', `/v1/sites/${String(theirs)}/cdn`, { token, body: place })
    assert.deepEqual([denied.status, denied.body['field']], [400, 'account'])
    for (const body of [
      { account: 'main' },
      { zone: place.zone, hosts: place.hosts },
      { ...place, zone: '../x' },
      { ...place, hosts: ['a b.shop.example'] },
    ])
      assert.equal((await api.ask('POST', `/v1/sites/${id}/cdn`, { body })).status, 400)
    assert.equal((await api.ask('GET', `/v1/sites/${id}`)).body['cdn'], undefined)
  })
})

describe('agents', () => {
  let api: Api
  beforeEach(async () => (api = await Api.open()))
  afterEach(() => api.close())

  it('enrol by a token that is good once and names its site', async () => {
    const invitation = await api.ask('POST', `/v1/sites/${api.mine.siteId}/enrolment`)
    const { token, expiresAt } = invitation.body
    assert.equal(Date.parse(String(expiresAt)), api.clock.now() + 900_000)
    const body = { token, publicKey: 'A'.repeat(43), siteUrl: api.mine.siteUrl, version: '1.2.3' }
    const first = await api.ask('POST', '/v1/agents/enrol', { token: '', body })
    assert.deepEqual([first.status, first.body['siteId'], first.body['gateway']], [201, api.mine.siteId, 'gateway.test'])
    const another = await api.ask('POST', '/v1/agents/enrol', { token: '', body: { ...body, publicKey: 'B'.repeat(43) } })
    assert.deepEqual([another.status, another.body['code']], [401, 'enrol.token_invalid'])
    const again = await api.ask('POST', '/v1/agents/enrol', { token: '', body })
    assert.deepEqual([again.status, again.body], [201, first.body])
  })

  it('are asked for a new key, once a request, and are shown as changing until they have one', async () => {
    const id = await api.enrol()
    const hints: unknown[] = []
    api.bus.subscribe(hint => hints.push(hint))
    const headers = { 'idempotency-key': 'once' }
    const asked = await api.ask('POST', `/v1/agents/${id}/rotate`, { headers })
    assert.deepEqual([asked.status, asked.body], [202, { id, rotating: true }])
    assert.equal((await api.ask('GET', `/v1/agents/${id}`)).body['rotating'], true)
    assert.deepEqual(hints, [{ type: 'agent rotation', agentId: id }])
    const { publicKey = '' } = (await api.store.agents.resolve(id)) ?? {}
    await api.store.agents.offerKey(id, { publicKey, pendingKey: 'B'.repeat(43) })
    await api.store.agents.commitKey(id, 'B'.repeat(43), 1)
    assert.equal((await api.ask('POST', `/v1/agents/${id}/rotate`, { headers })).status, 202)
    assert.equal((await api.ask('GET', `/v1/agents/${id}`)).body['rotating'], undefined)
    await api.ask('POST', `/v1/agents/${id}/revoke`)
    assert.equal((await api.ask('POST', `/v1/agents/${id}/rotate`)).status, 404)
  })

  it('are shown as held while two processes have their key', async () => {
    const id = await api.enrol()
    assert.equal((await api.ask('GET', `/v1/agents/${id}`)).body['held'], undefined)
    api.duplicates.add(id)
    assert.equal((await api.ask('GET', `/v1/agents/${id}`)).body['held'], 'duplicate')
    const { items } = (await api.ask('GET', '/v1/agents')).body as { items: { held?: string }[] }
    assert.deepEqual(
      items.map(({ held }) => held),
      ['duplicate'],
    )
  })

  it('are shown with what they said of themselves, and revoked for good', async () => {
    const publicKey = 'C'.repeat(43)
    const id = await api.enrol(api.mine, publicKey)
    await api.store.agents.seen(id, 'sess_1', api.clock.now())
    const { siteId } = api.mine
    const at = new Date(api.clock.now()).toISOString()
    const times = { enrolledAt: at, connectedAt: at, seenAt: at }
    const known = { id, siteId, publicKey, connected: true, version: '1.2.3', ...times, facts: {} }
    assert.deepEqual((await api.ask('GET', `/v1/agents/${id}`)).body, known)
    const hints: unknown[] = []
    api.bus.subscribe(hint => hints.push(hint))
    assert.deepEqual((await api.ask('POST', `/v1/agents/${id}/revoke`)).body, { id, revoked: true })
    const { connected, revokedAt } = (await api.ask('GET', `/v1/agents/${id}`)).body
    assert.deepEqual([connected, revokedAt], [false, at])
    assert.deepEqual(hints, [{ type: 'agent revoked', agentId: id }])
  })

  it('shows an agent as away that nobody has heard of for long, whatever was written down last', async () => {
    const id = await api.enrol()
    await api.store.agents.seen(id, 'sess_1', api.clock.now())
    const connected = async (): Promise<unknown> => (await api.ask('GET', `/v1/agents/${id}`)).body['connected']
    assert.equal(await connected(), true)
    api.clock.advance(600_000)
    assert.equal(await connected(), false)
  })

  it('of the platform’s own account serve in a pool from their next connection on, those of others never', async () => {
    const id = await api.enrol()
    const hints: unknown[] = []
    api.bus.subscribe(hint => hints.push(hint))
    const joined = await api.ask('POST', `/v1/agents/${id}/pool`, { body: { pool: 'verifiers' } })
    assert.deepEqual([joined.status, joined.body['pool']], [200, 'verifiers'])
    assert.deepEqual(hints, [{ type: 'agent changed', agentId: id }])
    assert.equal((await api.ask('POST', `/v1/agents/${id}/pool`, { body: {} })).body['pool'], undefined)
    assert.equal((await api.ask('POST', `/v1/agents/${id}/pool`, { body: { pool: '../x' } })).status, 400)
    const token = api.theirs.token.admin
    const denied = await api.ask('POST', `/v1/agents/${id}/pool`, { token, body: { pool: 'verifiers' } })
    assert.deepEqual([denied.status, denied.body['code']], [403, 'pool.denied'])
  })
})
