import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { limits } from '@platen/protocol'
import { Api, type Answer } from './api-fixture.ts'
import { claimOne, say } from '../support/agent-words.ts'

describe('POST /v1/jobs', () => {
  let api: Api
  beforeEach(async () => (api = await Api.open()))
  afterEach(() => api.close())

  const refused = async (body: object, status: number, code: string, field: string): Promise<void> => {
    const answer = await api.ask('POST', '/v1/jobs', { body })
    assert.deepEqual([answer.status, answer.body['code'], answer.body['field']], [status, code, field], answer.text)
    assert.deepEqual((await api.ask('GET', '/v1/jobs')).body['items'], [])
  }

  it('answers the queued job, which can be found at once', async () => {
    const { status, body } = await api.ask('POST', '/v1/jobs', { token: api.mine.token.dispatch, body: api.purge() })
    const at = new Date(api.clock.now()).toISOString()
    const { id, ...known } = body
    assert.match(String(id), /^job_[0-9a-f-]{36}$/)
    assert.equal(status, 201)
    const { siteId } = api.mine
    const input = { everything: true, reason: 'a test' }
    const identity = { siteId, kind: 'cache.purge', origin: 'platform', input }
    assert.deepEqual(known, { ...identity, state: 'queued', attempt: 0, epoch: 0, createdAt: at, notBefore: at })
    assert.deepEqual((await api.ask('GET', `/v1/jobs/${String(id)}`)).body, body)
  })

  it('refuses a kind that is not known', () => refused(api.purge({ kind: 'site.delete' }), 400, 'kind.unknown', 'kind'))

  it('refuses an input that does not fit its kind, and names the field', async () => {
    await refused(api.purge({ input: { urls: ['no URL'] } }), 400, 'input.invalid', 'input.urls.0')
    await refused(api.purge({ kind: 'health.report', input: { sections: 'none' } }), 400, 'input.invalid', 'input.sections')
    await refused(api.purge({ input: {} }), 400, 'input.invalid', 'input')
    await refused(api.purge({ input: null }), 400, 'input.invalid', 'input')
  })

  it('refuses an input that only the site gives, which would take the place of a wider one', async () => {
    await refused(api.purge({ input: { changes: true } }), 400, 'input.invalid', 'input.changes')
    const blog = { everything: true, reason: 'x', within: { home: 'https://shop.example/two/' } }
    await refused(api.purge({ input: blog }), 400, 'input.invalid', 'input.within')
  })

  it('refuses a body that lacks a member or has one too many', async () => {
    await refused({ kind: 'cache.purge', input: {} }, 400, 'input.invalid', 'body')
    await refused(api.purge({ priority: 1 }), 400, 'input.invalid', 'body')
    await refused(api.purge({ siteId: 7 }), 400, 'input.invalid', 'siteId')
  })

  it('refuses an input over its size bound', async () => {
    const urls = [`https://example.com/${'a'.repeat(limits.job.inputBytes)}`]
    await refused(api.purge({ input: { urls } }), 413, 'input.too_large', 'input')
    const { status, body } = await api.ask('POST', '/v1/jobs', { body: api.purge({ input: { urls: ['a'.repeat(200_000)] } }) })
    assert.deepEqual([status, body['code']], [413, 'input.too_large'])
  })

  it('refuses what is no JSON', async () => {
    for (const raw of ['{', '', '[]', '"text"', '{"siteId":"a","__proto__":{"kind":"cache.purge"}}']) {
      const { status, body } = await api.ask('POST', '/v1/jobs', { raw })
      assert.deepEqual([status, body['code']], [400, 'input.invalid'], raw)
    }
    const { status, body } = await api.ask('POST', '/v1/jobs', { raw: '<job/>', headers: { 'content-type': 'text/xml' } })
    assert.deepEqual([status, body['code']], [400, 'input.invalid'])
  })

  it('refuses a site that is not there and one of another account in the same words', async () => {
    const answers: Answer[] = []
    for (const siteId of [api.theirs.siteId, `${api.theirs.siteId.slice(0, -4)}0000`])
      answers.push(await api.ask('POST', '/v1/jobs', { body: api.purge({ siteId }) }))
    assert.deepEqual([answers[0]?.status, answers[0]?.body['code'], answers[0]?.body['field']], [404, 'site.not_found', 'siteId'])
    assert.equal(answers[0]?.text, answers[1]?.text)
    assert.deepEqual((await api.ask('GET', '/v1/jobs', { token: api.theirs.token.read })).body['items'], [])
  })

  it('writes down who asked, also for what was refused', async () => {
    const id = await api.dispatch()
    await api.ask('POST', '/v1/jobs', { body: api.purge({ kind: 'site.delete' }) })
    const { body } = await api.ask('GET', '/v1/audit')
    const { tokenId, siteId } = api.mine
    const lines = (body['items'] as Record<string, string>[]).map(({ actor, action, subject, outcome }) => [
      actor,
      action,
      subject,
      outcome,
    ])
    assert.deepEqual(lines, [
      [`token:${tokenId.admin}`, 'job.create', siteId, 'kind.unknown'],
      [`token:${tokenId.dispatch}`, 'job.create', id, 'done'],
    ])
  })
})

describe('an Idempotency-Key', () => {
  let api: Api
  beforeEach(async () => (api = await Api.open()))
  afterEach(() => api.close())
  const send = (path: string, key: string, body?: object): Promise<Answer> =>
    api.ask('POST', path, { ...(body ? { body } : {}), headers: { 'idempotency-key': key } })
  const jobs = async (): Promise<unknown[]> => (await api.ask('GET', '/v1/jobs')).body['items'] as unknown[]

  it('gives the same answer to the same request, and makes one job', async () => {
    const first = await send('/v1/jobs', 'k', api.purge())
    const reordered = Object.fromEntries(Object.entries(api.purge()).toReversed())
    for (const body of [api.purge(), reordered]) {
      const again = await send('/v1/jobs', 'k', body)
      assert.deepEqual([again.status, again.text], [first.status, first.text])
    }
    assert.equal((await jobs()).length, 1)
  })

  it('makes one job of requests that come at once', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => send('/v1/jobs', 'k', api.purge())))
    assert.equal(new Set(answers.map(({ text }) => text)).size, 1)
    assert.equal((await jobs()).length, 1)
  })

  it('is refused for another body or another route', async () => {
    await send('/v1/jobs', 'k', api.purge())
    const input = { everything: true, reason: 'another' }
    const others = [await send('/v1/jobs', 'k', api.purge({ input })), await send('/v1/sites', 'k', { url: 'https://a.example' })]
    for (const { status, body } of others)
      assert.deepEqual([status, body['code'], body['field']], [409, 'idempotency.conflict', 'Idempotency-Key'])
    assert.equal((await jobs()).length, 1)
  })

  it('is another one in another account', async () => {
    await send('/v1/jobs', 'k', api.purge())
    const body = api.purge({ siteId: api.theirs.siteId })
    const theirs = await api.ask('POST', '/v1/jobs', { token: api.theirs.token.admin, body, headers: { 'idempotency-key': 'k' } })
    assert.equal(theirs.status, 201)
  })

  it('is not used up by a request that was refused', async () => {
    assert.equal((await send('/v1/jobs', 'k', api.purge({ kind: 'site.delete' }))).status, 400)
    assert.equal((await send('/v1/jobs', 'k', api.purge())).status, 201)
  })

  it('is refused where it is empty or too long', async () => {
    for (const key of ['', 'k'.repeat(201)]) {
      const { status, body } = await send('/v1/jobs', key, api.purge())
      assert.deepEqual([status, body['code'], body['field']], [400, 'input.invalid', 'Idempotency-Key'])
    }
  })

  it('shows the secret of a token once: the second answer is the same without it', async () => {
    const wanted = { name: 'deploy', scope: 'read' }
    const first = await send('/v1/tokens', 'k', wanted)
    const again = await send('/v1/tokens', 'k', wanted)
    const { token, ...rest } = first.body
    assert.match(String(token), /^plt_/)
    assert.deepEqual([again.status, again.body], [201, rest])
  })
})

describe('cancelling a job', () => {
  let api: Api
  beforeEach(async () => (api = await Api.open()))
  afterEach(() => api.close())
  const cancel = (id: string): Promise<Answer> => api.ask('POST', `/v1/jobs/${id}/cancel`, { token: api.mine.token.dispatch })

  it('ends one that waits, and says that nothing was changed', async () => {
    const { status, body } = await cancel(await api.dispatch())
    assert.deepEqual([status, body['state'], body['effect']], [200, 'cancelled', 'none'])
  })

  it('asks the agent of one that runs, and leaves it running until the agent says so', async () => {
    const id = await api.dispatch()
    const agentId = await api.enrol()
    const hints: string[] = []
    api.bus.subscribe(({ type }) => hints.push(type))
    const claimed = await claimOne(api.store.jobs, api.mine.siteId, agentId, 90_000, api.clock.now())
    await say(
      api.store.jobs,
      { siteId: api.mine.siteId, agentId },
      id,
      { type: 'accept', epoch: claimed?.epoch ?? 0, leaseMs: 90_000 },
      api.clock.now(),
    )
    assert.equal((await cancel(id)).body['state'], 'running')
    assert.ok(hints.includes('job cancelled'))
  })

  it('is refused once it has ended otherwise, and harmless once it is cancelled', async () => {
    const [cancelled, expired] = [await api.dispatch(), await api.dispatch()]
    await cancel(cancelled)
    await api.store.jobs.tick(api.clock.now() + 100 * 86_400_000, 10)
    assert.equal((await cancel(cancelled)).body['state'], 'cancelled')
    const { status, body } = await cancel(expired)
    assert.deepEqual([status, body['code']], [409, 'job.finished'])
  })
})

describe('GET /v1/jobs', () => {
  let api: Api
  beforeEach(async () => (api = await Api.open()))
  afterEach(() => api.close())
  const ids = ({ body }: Answer): string[] => (body['items'] as { id: string }[]).map(({ id }) => id)

  it('shows every job once, newest first, page by page', async () => {
    const made: string[] = []
    for (let count = 0; count < 5; count += 1) made.unshift(await api.dispatch())
    const read: string[] = []
    let cursor = ''
    do {
      const page = await api.ask('GET', `/v1/jobs?limit=2${cursor}`)
      read.push(...ids(page))
      const next = page.body['nextCursor']
      cursor = typeof next === 'string' ? `&cursor=${next}` : ''
    } while (cursor !== '')
    assert.deepEqual(read, made)
  })

  it('is narrowed by site, state and kind', async () => {
    const [first, second] = [await api.dispatch(), await api.dispatch()]
    await api.ask('POST', `/v1/jobs/${first}/cancel`)
    assert.deepEqual(ids(await api.ask('GET', '/v1/jobs?state=queued')), [second])
    assert.deepEqual(ids(await api.ask('GET', `/v1/jobs?siteId=${api.mine.siteId}&kind=cache.purge&state=cancelled`)), [first])
    assert.deepEqual(ids(await api.ask('GET', '/v1/jobs?kind=health.report')), [])
  })

  it('refuses queries that it can’t read, and names the parameter', async () => {
    const wrong = {
      'limit=0': 'limit',
      'limit=101': 'limit',
      'limit=ten': 'limit',
      'state=done': 'state',
      'cursor=abc': 'cursor',
      'kind=a&kind=b': 'kind',
      'limit=1&limit=2': 'limit',
    }
    for (const [query, field] of Object.entries(wrong)) {
      const { status, body } = await api.ask('GET', `/v1/jobs?${query}`)
      assert.deepEqual([status, body['field']], [400, field], query)
    }
    assert.equal((await api.ask('GET', '/v1/jobs?cursor=abc')).body['code'], 'cursor.invalid')
  })

  it('shows how far a running job is', async () => {
    const id = await api.dispatch()
    const agentId = await api.enrol()
    await claimOne(api.store.jobs, api.mine.siteId, agentId, 90_000, api.clock.now())
    await say(api.store.jobs, { siteId: api.mine.siteId, agentId }, id, { type: 'accept', epoch: 1, leaseMs: 90_000 }, api.clock.now())
    const progress = { done: 3, total: 9, note: 'nine pages' }
    api.bus.publish({ type: 'job progress', siteId: api.mine.siteId, jobId: id, progress })
    assert.deepEqual((await api.ask('GET', `/v1/jobs/${id}`)).body['progress'], progress)
  })
})
