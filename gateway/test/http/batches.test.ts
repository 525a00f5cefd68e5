import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { Api, type Answer } from './api-fixture.ts'

interface Outcome {
  readonly job?: { readonly id: string; readonly state: string; readonly standIn?: string; readonly error?: { readonly code: string } }
  readonly problem?: { readonly code: string; readonly field?: string; readonly status: number }
}

const dayMs = 24 * 3_600_000

describe('dispatching a batch', () => {
  let api: Api
  beforeEach(async () => (api = await Api.open()))
  afterEach(() => api.close())
  const send = (jobs: unknown, key?: string): Promise<Answer> =>
    api.ask('POST', '/v1/jobs:batch', {
      token: api.mine.token.dispatch,
      body: { jobs },
      ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
    })
  const everyJob = async (): Promise<readonly unknown[]> => (await api.ask('GET', '/v1/jobs')).body['items'] as readonly unknown[]
  const outcomes = ({ body }: Answer): readonly Outcome[] => body['items'] as readonly Outcome[]
  const report = (sections: readonly string[]): object => ({ siteId: api.mine.siteId, kind: 'health.report', input: { sections } })

  it('answers each job in its place, as it was made or with what is wrong with it', async () => {
    const foreign = api.purge({ siteId: api.theirs.siteId })
    const answer = await send([report(['php']), api.purge({ kind: 'no.such' }), foreign, { siteId: api.mine.siteId }, report(['disk'])])
    assert.equal(answer.status, 400, 'a job that is none at all refuses the batch')
    const [first, unknown, theirs, last] = outcomes(
      await send([report(['php']), api.purge({ kind: 'no.such' }), foreign, report(['disk'])]),
    )
    assert.deepEqual([first?.job?.state, last?.job?.state], ['queued', 'queued'])
    assert.deepEqual([unknown?.problem?.code, unknown?.problem?.field], ['kind.unknown', 'kind'])
    assert.deepEqual([theirs?.problem?.code, theirs?.problem?.field, theirs?.problem?.status], ['site.not_found', 'siteId', 404])
  })

  it('makes one of jobs that ask for the same, and each of them says which', async () => {
    const [first, second] = outcomes(await send([report(['php']), report(['php'])]))
    assert.equal(first?.job?.state, 'queued')
    assert.deepEqual([second?.job?.state, second?.job?.standIn, second?.job?.error?.code], ['cancelled', first?.job?.id, 'job.superseded'])
  })

  it('is answered again under its key, and made once', async () => {
    const jobs = [report(['php']), report(['disk'])]
    const first = await send(jobs, 'k')
    assert.deepEqual((await send(jobs, 'k')).body, first.body)
    const other = await send([report(['php'])], 'k')
    assert.deepEqual([other.status, other.body['code']], [409, 'idempotency.conflict'])
  })

  it('is answered again job by job, though what was wrong with one then is right by now', async () => {
    const late = { ...report(['php']), notBefore: new Date(api.clock.now() + 30 * dayMs + 1).toISOString() }
    const jobs = [report(['disk']), late, api.purge({ siteId: api.theirs.siteId }), api.purge({ kind: 'no.such' }), report(['nginx'])]
    const told = (answer: Answer): unknown => outcomes(answer).map(({ job, problem }) => job?.id ?? [problem?.code, problem?.field])
    const first = told(await send(jobs, 'k'))
    api.clock.advance(60_000)
    assert.deepEqual(told(await send(jobs, 'k')), first)
    assert.equal((await everyJob()).length, 2)
  })

  it('is a thousand jobs at most, and at least one', async () => {
    assert.equal((await send(Array.from({ length: 1_001 }, () => report(['php'])))).status, 400)
    assert.equal((await send([])).status, 400)
    const sites = Array.from({ length: 1_000 }, (_, index) => report([index % 2 === 0 ? 'php' : 'disk']))
    const made = outcomes(await send(sites))
    assert.deepEqual([made.length, made.filter(({ job }) => job?.state === 'queued').length], [1_000, 2])
  })

  it('is not started before its time', async () => {
    const notBefore = new Date(api.clock.now() + 60_000).toISOString()
    const [later] = outcomes(await send([{ ...report(['php']), notBefore }]))
    const shown = await api.ask('GET', `/v1/jobs/${later?.job?.id}`)
    assert.equal(shown.body['notBefore'], notBefore)
  })
})
