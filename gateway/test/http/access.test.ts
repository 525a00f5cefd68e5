import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { limits } from '@platen/protocol'
import { Api } from './api-fixture.ts'
import { routesTable, scopesBelow } from './routes-table.ts'

const closed = routesTable.filter(([, , scope]) => scope !== 'public')
const generous = { token: { perSecond: 1_000, burst: 1_000 }, address: { perSecond: 1_000, burst: 1_000 } }

describe('access to the API', () => {
  let api: Api
  before(async () => (api = await Api.open(generous)))
  after(() => api.close())

  const named = (path: string): string => path.replace(':id', api.mine.siteId)

  it('is refused without a token, and with one that nobody has', async () => {
    const unknown = `plt_${'A'.repeat(43)}`
    for (const [method, path] of closed) {
      for (const authorization of ['', `Bearer ${unknown}`, `Basic ${unknown}`, 'Bearer plt_short', `Bearer ${api.mine.token.admin} `]) {
        const request = { token: '', headers: authorization.trim() === authorization ? { authorization } : {} }
        const answer = await api.ask(method, named(path), request)
        assert.deepEqual([answer.status, answer.body['code']], [401, 'token.invalid'], `${method} ${path} ${authorization}`)
        assert.equal(answer.headers.get('www-authenticate'), 'Bearer')
      }
    }
  })

  it('is refused where the token’s scope is too small, whatever else is wrong with the request', async () => {
    for (const [method, path, scope] of closed) {
      for (const smaller of scopesBelow(scope)) {
        const answer = await api.ask(method, named(path), { token: api.mine.token[smaller], ...(method === 'POST' ? { body: {} } : {}) })
        assert.deepEqual([answer.status, answer.body['code']], [403, 'token.scope'], `${method} ${path} with ${smaller}`)
        assert.match(String(answer.body['detail']), new RegExp(`scope ${scope} `))
      }
    }
  })

  it('is refused from the moment on in which the token is revoked', async () => {
    const made = await api.ask('POST', '/v1/tokens', { body: { name: 'short-lived', scope: 'read' } })
    const token = String(made.body['token'])
    assert.equal((await api.ask('GET', '/v1/sites', { token })).status, 200)
    assert.equal((await api.ask('POST', `/v1/tokens/${String(made.body['id'])}/revoke`)).status, 200)
    assert.equal((await api.ask('GET', '/v1/sites', { token })).body['code'], 'token.invalid')
  })

  it('shows what is another account’s no differently from what is nowhere', async () => {
    const [job, agent] = [await api.dispatch(api.theirs), await api.enrol(api.theirs)]
    const { siteId: site, tokenId } = api.theirs
    const things: Readonly<Record<string, string>> = { sites: site, agents: agent, tokens: tokenId.read, jobs: job }
    for (const [method, path, , missing] of routesTable) {
      if (missing === undefined) continue
      const theirs = things[path.split('/')[2] ?? ''] ?? ''
      const body = method === 'POST' ? { body: {} } : {}
      const ids = [theirs, `${theirs.slice(0, -4)}0000`]
      const answers = await Promise.all(ids.map(id => api.ask(method, path.replace(':id', id), body)))
      const [other, nowhere] = answers.map(({ status, text }) => [status, text])
      assert.deepEqual(other, nowhere, `${method} ${path}`)
      assert.equal(answers[0]?.body['code'], missing)
    }
    assert.equal((await api.store.jobs.find(api.theirs.accountId, job))?.state, 'queued')
    assert.equal((await api.store.agents.resolve(agent))?.revokedAt, undefined)
    assert.equal((await api.ask('GET', '/v1/sites', { token: api.theirs.token.read })).status, 200)
  })

  it('lists nothing of another account', async t => {
    const api = await Api.open(generous)
    t.after(() => api.close())
    await Promise.all([api.dispatch(api.theirs), api.enrol(api.theirs)])
    const known = JSON.stringify(api.theirs.tokenId)
    for (const list of ['sites', 'agents', 'tokens', 'jobs', `jobs?siteId=${api.theirs.siteId}`, 'audit']) {
      const { status, text } = await api.ask('GET', `/v1/${list}`)
      assert.equal(status, 200)
      assert.ok(!text.includes(api.theirs.siteId) && !known.split('"').some(id => id.startsWith('tok_') && text.includes(id)), list)
    }
  })

  it('that is refused for its token is counted by code and logged by address, a few lines a minute, and never with the token', async t => {
    const api = await Api.open(generous)
    t.after(() => api.close())
    const unknown = `plt_${'A'.repeat(43)}`
    for (let guess = 0; guess < 30; guess += 1) await api.ask('GET', '/v1/sites', { token: unknown })
    const { body: invited } = await api.ask('POST', `/v1/sites/${api.mine.siteId}/enrolment`)
    const enrolment = { token: invited['token'], publicKey: 'A'.repeat(43), siteUrl: api.mine.siteUrl, version: '0' }
    const enrol = (change: object = {}) => api.ask('POST', '/v1/agents/enrol', { token: '', body: { ...enrolment, ...change } })
    assert.equal((await enrol()).status, 201)
    assert.equal((await enrol({ publicKey: 'B'.repeat(43) })).status, 401)
    assert.equal((await enrol({ token: 'C'.repeat(43) })).status, 401)
    const late = await api.ask('POST', `/v1/sites/${api.mine.siteId}/enrolment`)
    api.clock.advance(limits.enrolment.tokenSeconds * 1_000)
    assert.equal((await enrol({ token: late.body['token'] })).status, 401)
    assert.equal((await api.ask('POST', '/v1/sites', { token: api.mine.token.read, body: {} })).status, 403)
    const codes = ['token.invalid', 'token.scope', 'enrol.token_invalid', 'enrol.token_expired']
    assert.deepEqual(
      codes.map(code => api.counted('http_tokens_refused', code)),
      [30, 1, 2, 1],
    )
    const lines = api.lines.map(line => JSON.parse(line) as Record<string, unknown>).filter(({ event }) => event === 'http:token_refused')
    assert.deepEqual(lines[0], { event: 'http:token_refused', address: '127.0.0.1', code: 'token.invalid' })
    assert.ok(lines.length >= 10 && lines.length <= 20, `${lines.length} lines`)
    const secrets = [unknown, enrolment.token, 'C'.repeat(43), late.body['token'], api.mine.token.read]
    for (const secret of secrets) assert.ok(!api.lines.join('').includes(String(secret)))
  })

  it('never repeats a secret: not in another answer, and not in the log', async () => {
    const made = await api.ask('POST', '/v1/tokens', { body: { name: 'deploy', scope: 'read' } })
    const invitation = await api.ask('POST', `/v1/sites/${api.mine.siteId}/enrolment`)
    const secrets = [made, invitation].map(({ body }) => String(body['token']))
    assert.ok(secrets.every(secret => secret.length >= 43))
    const answers = await Promise.all(
      ['sites', 'agents', 'tokens', 'jobs', 'audit'].map(async list => (await api.ask('GET', `/v1/${list}`)).text),
    )
    await api.ask('GET', `/v1/jobs/${secrets[0]}`, { token: secrets[0] })
    const said = [...answers, ...api.lines].join('\n')
    for (const secret of [...secrets, ...Object.values(api.mine.token)]) assert.ok(!said.includes(secret))
  })
})
