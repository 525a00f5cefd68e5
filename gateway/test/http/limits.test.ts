import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { PlatenError } from '@platen/protocol'
import { Api } from './api-fixture.ts'

const tight = { token: { perSecond: 2, burst: 3 }, address: { perSecond: 0.5, burst: 2 } }

describe('a queue that is full', () => {
  it('is answered 429 with how long to wait', async test => {
    const api = await Api.open()
    test.after(() => api.close())
    test.mock.method(api.store.jobs, 'create', () => Promise.reject(new PlatenError('queue.full', undefined, { field: 'siteId' })))
    const { status, headers, body } = await api.ask('POST', '/v1/jobs', { body: api.purge() })
    assert.deepEqual([status, body['code'], body['field'], headers.get('retry-after')], [429, 'queue.full', 'siteId', '10'])
  })
})

describe('the rate of requests', () => {
  let api: Api
  beforeEach(async () => (api = await Api.open(tight)))
  afterEach(() => api.close())
  const status = async (token: string, path = '/v1/sites'): Promise<number> => (await api.ask('GET', path, { token })).status

  it('is bounded for each token: 429 says how long to wait, and waiting helps', async () => {
    const { read, admin } = api.mine.token
    const before = [await status(read), await status(read), await status(read)]
    const refused = await api.ask('GET', '/v1/sites', { token: read })
    assert.deepEqual(before, [200, 200, 200])
    assert.deepEqual([refused.status, refused.body['code'], refused.headers.get('retry-after')], [429, 'rate.limited', '1'])
    assert.equal(await status(admin), 200)
    api.clock.advance(1_000)
    assert.deepEqual([await status(read), await status(read), await status(read)], [200, 200, 429])
  })

  it('is bounded for guesses at tokens by their address, which those with a token do not feel', async () => {
    const guess = (): Promise<number> => status(`plt_${'A'.repeat(43)}`)
    assert.deepEqual([await guess(), await guess(), await guess()], [401, 401, 429])
    assert.equal(await status(api.mine.token.read), 200)
    const refused = await api.ask('GET', '/v1/sites', { token: '' })
    assert.equal(refused.headers.get('retry-after'), '2')
    api.clock.advance(2_000)
    assert.equal(await guess(), 401)
  })

  it('is bounded for enrolling, and not for the signs of life', async () => {
    const body = { token: 'A'.repeat(43), publicKey: 'A'.repeat(43), siteUrl: 'https://a.example', version: '0' }
    const enrol = async (): Promise<number> => (await api.ask('POST', '/v1/agents/enrol', { token: '', body })).status
    assert.deepEqual([await enrol(), await enrol(), await enrol()], [401, 401, 429])
    assert.deepEqual([await status('', '/healthz'), await status('', '/readyz')], [200, 200])
  })

  it('is not eased by an address that the caller makes up', async () => {
    const guess = async (address: string): Promise<number> =>
      (await api.ask('GET', '/v1/sites', { token: '', headers: { 'x-forwarded-for': address } })).status
    assert.deepEqual([await guess('10.0.0.1'), await guess('10.0.0.2'), await guess('10.0.0.3')], [401, 401, 429])
  })
})
