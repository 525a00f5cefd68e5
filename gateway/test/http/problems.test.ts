import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { errorRow, PlatenError, type ErrorCode } from '@platen/protocol'
import { problemOf } from '../../src/http/problem.ts'
import { Api, type Answer } from './api-fixture.ts'

/** Checks that an answer is the problem document of its code (RFC 9457), and answers the code. */
function codeOf({ status, headers, body }: Answer): string {
  const { type, title, status: said, code, hint } = body
  const row = errorRow(code as ErrorCode)
  assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/)
  assert.deepEqual([said, status, title, hint], [status, row.status, row.meaning, row.hint])
  assert.ok(String(type).endsWith(`#${String(code)}`))
  assert.ok(Object.keys(body).every(name => ['type', 'title', 'status', 'detail', 'code', 'hint', 'field'].includes(name)))
  return String(code)
}

describe('a problem document', () => {
  let api: Api
  beforeEach(async () => (api = await Api.open()))
  afterEach(() => api.close())

  it('answers every refusal, whoever in the server refuses', async () => {
    const codes = [
      await api.ask('GET', '/v1/sites', { token: '' }),
      await api.ask('POST', '/v1/sites', { token: api.mine.token.read, body: { url: 'https://a.example' } }),
      await api.ask('POST', '/v1/sites', { raw: '{' }),
      await api.ask('POST', '/v1/sites', { body: { url: 'a'.repeat(200_000) } }),
      await api.ask('POST', '/v1/agents/enrol', { body: { token: 'short' } }),
      await api.ask('GET', '/v1/nothing'),
      await api.ask('DELETE', '/v1/sites'),
      await api.ask('GET', '/v1/sites/%E0%A4%A'),
      await api.ask('GET', `/v1/sites/${'a'.repeat(2_000)}`),
      await api.ask('GET', '/v1/sites/..%2f..%2fetc'),
    ].map(codeOf)
    const [input, route] = ['input.invalid', 'route.not_found']
    const wanted = ['token.invalid', 'token.scope', input, 'input.too_large', input, route, route, route, route, 'site.not_found']
    assert.deepEqual(codes, wanted)
  })

  it('answers a body that is nested beyond all use, before its hash is taken', async () => {
    const deep = `{"siteId":"a","kind":"cache.purge","input":${'['.repeat(50_000)}${']'.repeat(50_000)}}`
    const answer = await api.ask('POST', '/v1/jobs', { raw: deep, headers: { 'idempotency-key': 'one' } })
    assert.deepEqual([codeOf(answer), api.lines], ['input.invalid', []])
  })

  it('answers a body with names that mean something to JavaScript', async () => {
    for (const raw of ['{"__proto__":{"url":"https://a.example"}}', '{"url":"https://a.example","constructor":{"prototype":{}}}'])
      assert.equal(codeOf(await api.ask('POST', '/v1/sites', { raw })), 'input.invalid')
  })

  it('is no matter for the log where a caller goes away in the middle of a word', async () => {
    const gone = connect(Number(new URL(api.url).port), '127.0.0.1')
    gone.write('POST /v1/agents/enrol HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"token"')
    await once(gone, 'connect')
    await api.ask('GET', '/healthz')
    gone.resetAndDestroy()
    // What is asked later is answered later.
    for (let asked = 0; asked < 20; asked += 1) await api.ask('GET', '/healthz')
    assert.deepEqual(api.lines, [])
  })

  it('says nothing of an error that is not in the table, which is in the log', async () => {
    const cause = new Error('at /secret/path: the password is hunter2')
    api.store.sites.list = () => Promise.reject(cause)
    const answer = await api.ask('GET', '/v1/sites')
    assert.deepEqual([answer.status, codeOf(answer)], [500, 'internal'])
    assert.ok(!answer.text.includes('hunter2') && api.lines.some(line => line.includes('http:failed')))
  })

  it('says nothing of why the store is not to be had, which is in the log', async () => {
    const cause = new Error('mongodb.internal refused the connection')
    api.store.sites.list = () => Promise.reject(new PlatenError('store.unavailable', undefined, { cause }))
    const answer = await api.ask('GET', '/v1/sites')
    assert.deepEqual([answer.status, codeOf(answer)], [503, 'store.unavailable'])
    assert.ok(!answer.text.includes('mongodb.internal') && api.lines.some(line => line.includes('http:failed')))
  })

  it('keeps the words of an error beside the words of its code', () => {
    const { meaning } = errorRow('url.invalid')
    const { title, detail, field } = problemOf(new PlatenError('url.invalid', 'It has a password.', { field: 'url' }))
    assert.deepEqual([title, detail, field], [meaning, `${meaning} It has a password.`, 'url'])
  })
})

describe('the signs of life', () => {
  it('tell a gateway that lives from one that can work', async t => {
    const api = await Api.open()
    t.after(() => api.close())
    for (const path of ['/healthz', '/readyz']) {
      const { status, body } = await api.ask('GET', path, { token: '' })
      assert.deepEqual([status, body], [200, { ok: true }])
    }
    const healthy = t.mock.method(api.store, 'healthy', () => Promise.reject(new PlatenError('store.unavailable')))
    // What was looked at a moment ago counts for all who ask.
    assert.equal((await api.ask('GET', '/readyz', { token: '' })).status, 200)
    assert.equal(healthy.mock.callCount(), 0)
    api.clock.advance(1_000)
    assert.equal((await api.ask('GET', '/healthz', { token: '' })).status, 200)
    const { status, body } = await api.ask('GET', '/readyz', { token: '' })
    assert.deepEqual([status, body['code']], [503, 'store.unavailable'])
  })
})
