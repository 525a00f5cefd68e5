import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { Api } from './api-fixture.ts'
import { EventReader } from './event-reader.ts'

describe('the events of a job and of a site', () => {
  let api: Api
  let readers: EventReader[]
  beforeEach(async () => {
    api = await Api.open()
    readers = []
  })
  afterEach(async () => {
    for (const reader of readers) reader.close()
    await api.close()
  })

  const follow = async (
    path: string,
    headers: Readonly<Record<string, string>> = {},
    token = api.mine.token.read,
  ): Promise<EventReader> => {
    const reader = await EventReader.open(`${api.url}/v1/${path}`, token, headers)
    readers.push(reader)
    return reader
  }
  const ofSite = (headers: Readonly<Record<string, string>> = {}): Promise<EventReader> =>
    follow(`sites/${api.mine.siteId}/events`, headers)
  const cancel = (id: string): Promise<unknown> => api.ask('POST', `/v1/jobs/${id}/cancel`)

  it('come as they happen, each as a CloudEvent, and end with the job', async () => {
    const id = await api.dispatch()
    const reader = await follow(`jobs/${id}/events`)
    assert.deepEqual([reader.status, reader.headers.get('content-type')], [200, 'text/event-stream'])
    const [queued] = await reader.take(1)
    await cancel(id)
    const [cancelled] = await reader.take(1)
    assert.deepEqual([queued?.event, cancelled?.event], ['job.queued', 'job.cancelled'])
    const { siteId } = api.mine
    const { id: eventId, time, ...said } = cancelled?.data ?? {}
    assert.match(String(eventId), /^evt_/)
    assert.equal(time, new Date(api.clock.now()).toISOString())
    const data = { jobId: id, siteId, kind: 'cache.purge', state: 'cancelled', attempt: 0, effect: 'none' }
    const source = `/v1/sites/${siteId}`
    const envelope = { specversion: '1.0', source, type: 'job.cancelled', subject: id, datacontenttype: 'application/json' }
    assert.deepEqual(said, { ...envelope, data })
    assert.equal(await reader.next(), undefined)
  })

  it('go on after the last one that was seen, with none twice and none left out', async () => {
    const jobs = [await api.dispatch(), await api.dispatch(), await api.dispatch()]
    const first = await ofSite()
    const [seen] = await first.take(2)
    first.close()
    for (const job of jobs) await cancel(job)
    const resumed = await (await ofSite({ 'last-event-id': seen?.id ?? '' })).take(5)
    assert.deepEqual(
      resumed.map(({ event, data }) => [event, data['subject']]),
      [
        ['job.queued', jobs[1]],
        ['job.queued', jobs[2]],
        ['job.cancelled', jobs[0]],
        ['job.cancelled', jobs[1]],
        ['job.cancelled', jobs[2]],
      ],
    )
    const byQuery = await (await follow(`sites/${api.mine.siteId}/events?after=${seen?.id}`)).take(5)
    assert.deepEqual(byQuery, resumed)
  })

  it('are all there however many they are', async () => {
    const { siteId, accountId } = api.mine
    for (let count = 0; count < 250; count += 1) await api.dispatch()
    const events = await (await ofSite()).take(250)
    const known = await api.store.jobs.events(accountId, { siteId }, 0, 1_000)
    assert.deepEqual(
      events.map(({ id }) => Number(id)),
      known.map(({ seq }) => seq),
    )
  })

  it('are 204 where the job has ended and its end was seen, so that an EventSource does not come back', async () => {
    const id = await api.dispatch()
    await cancel(id)
    const all = await (await follow(`jobs/${id}/events`)).take(2)
    assert.equal((await follow(`jobs/${id}/events`, { 'last-event-id': all[1]?.id ?? '' })).status, 204)
    const last = await follow(`jobs/${id}/events`, { 'last-event-id': all[0]?.id ?? '' })
    assert.deepEqual([await last.next(), await last.next()], [all[1], undefined])
  })

  it('are refused after something that is no number of an event', async () => {
    for (const id of ['-1', '1.5', 'abc']) assert.equal((await ofSite({ 'last-event-id': id })).status, 400)
  })

  it('come also where every hint is lost, and a sign of life where nothing happens', async () => {
    const reader = await ofSite()
    const { siteId } = api.mine
    api.clock.advance(1_000)
    const id = await api.dispatch()
    await reader.take(1)
    await api.store.jobs.cancel(api.mine.accountId, id, api.clock.now())
    api.clock.advance(1_000)
    const [event] = await reader.take(1)
    assert.equal(event?.event, 'job.cancelled', siteId)
    await api.clock.pass(15_000)
    assert.match((await reader.comment()) ?? '', /^:/)
  })

  it('end when the token of their reader is revoked, before anything more is told', async () => {
    const { mine } = api
    const reader = await ofSite()
    await api.dispatch()
    await reader.take(1)
    await api.ask('POST', `/v1/tokens/${mine.tokenId.read}/revoke`)
    await api.dispatch()
    assert.equal(await reader.next(), undefined)
  })

  it('are followed no more often at once than a token may, and again once one has gone', async () => {
    const id = await api.dispatch()
    for (let count = 0; count < 50; count += 1) await ofSite()
    const refused = await ofSite()
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '5'])
    assert.equal((await follow(`sites/${api.mine.siteId}/events`, {}, api.mine.token.admin)).status, 200)
    readers[0]?.close()
    const end = Date.now() + 5_000
    while ((await ofSite()).status !== 200) if (Date.now() > end) throw new Error(`never again, ${id}`)
  })

  it('keep no place for a reader who went away before the store had answered', async test => {
    const byHash = api.store.tokens.byHash.bind(api.store.tokens)
    const answer = Promise.withResolvers<void>()
    const asked = test.mock.method(api.store.tokens, 'byHash', async (hash: string) => {
      await answer.promise
      return byHash(hash)
    })
    const gone = Array.from({ length: 50 }, () => new AbortController())
    const url = `${api.url}/v1/sites/${api.mine.siteId}/events`
    const headers = { authorization: `Bearer ${api.mine.token.read}` }
    const ends = gone.map(({ signal }) => fetch(url, { headers, signal }).catch(() => undefined))
    while (asked.mock.callCount() < gone.length) await new Promise(setImmediate)
    for (const each of gone) each.abort()
    await Promise.all(ends)
    // As far as what is answered is concerned, the server sees what came before it.
    for (let turn = 0; turn < 5; turn += 1) await fetch(`${api.url}/readyz`)
    answer.resolve()
    for (let turn = 0; turn < 5; turn += 1) await fetch(`${api.url}/readyz`)
    assert.equal((await ofSite()).status, 200)
  })

  it('leave no timer and no listener behind when their reader goes', async () => {
    const reader = await ofSite()
    await api.dispatch()
    await reader.take(1)
    reader.close()
    await api.close()
    api.clock.advance(60_000)
    assert.deepEqual(api.lines, [])
    api = await Api.open()
  })
})
