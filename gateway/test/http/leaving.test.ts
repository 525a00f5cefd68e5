import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { Api, type Answer } from './api-fixture.ts'
import { EventReader } from './event-reader.ts'

/** A request that the store answers when it is let go. */
interface Held {
  readonly answer: Promise<Answer>
  readonly letGo: () => void
}

describe('an API that leaves', () => {
  let api: Api
  beforeEach(async () => (api = await Api.open()))
  afterEach(() => api.close())

  /** Asks for the sites, and waits until the store has been asked. */
  const held = async (): Promise<Held> => {
    const [asked, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    api.store.sites.list = async () => {
      asked.resolve()
      await released.promise
      return { items: [] }
    }
    const answer = api.ask('GET', '/v1/sites')
    await asked.promise
    return { answer, letGo: released.resolve }
  }

  it('refuses whatever is asked with gateway.draining and ends the connection, but says that it lives', async () => {
    api.http.drain()
    for (const [method, path] of [
      ['GET', '/readyz'],
      ['GET', '/v1/sites'],
      ['POST', '/v1/jobs'],
      ['GET', '/v1/nothing'],
    ] as const) {
      const { status, body, headers } = await api.ask(method, path)
      assert.deepEqual([status, body['code'], headers.get('connection')], [503, 'gateway.draining', 'close'], path)
    }
    assert.equal((await api.ask('GET', '/healthz')).status, 200)
  })

  it('answers what was asked before, and is closed then', async () => {
    const { answer, letGo } = await held()
    const closed = api.http.close()
    letGo()
    const { status, headers } = await answer
    assert.deepEqual([status, headers.get('connection')], [200, 'close'])
    await closed
  })

  it('does not wait for who has connected and asks for nothing', async () => {
    const silent = connect(Number(new URL(api.url).port), '127.0.0.1')
    await once(silent, 'connect')
    await api.ask('GET', '/healthz')
    await Promise.all([once(silent.resume(), 'close'), api.http.close()])
  })

  it('cuts what is not answered within ten seconds', async () => {
    const { answer, letGo } = await held()
    const refused = assert.rejects(answer)
    let isClosed = false
    const closed = api.http.close().then(() => (isClosed = true))
    await api.clock.pass(9_000)
    assert.equal(isClosed, false)
    await api.clock.pass(1_000)
    await Promise.all([refused, closed])
    letGo()
  })

  it('ends the event streams, and opens none', async () => {
    const url = `${api.url}/v1/sites/${api.mine.siteId}/events`
    const reader = await EventReader.open(url, api.mine.token.read)
    api.http.drain()
    assert.equal(await reader.next(), undefined)
    assert.equal((await EventReader.open(url, api.mine.token.read)).status, 503)
    await api.http.close()
  })
})
