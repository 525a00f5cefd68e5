import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { limits, newId, type AgentFrame, type ErrorCode } from '@platen/protocol'
import type { PurgeAsk } from '../../src/domain/site-purges.ts'
import type { PurgeOutcome } from '../../src/ports/purge-desk.ts'
import { GatewayFixture, type Enrolled } from './gateway-fixture.ts'
import type { Connection } from './wire-agent.ts'

type Request = Extract<AgentFrame, { type: 'cdn.request' }>
type Delayed = (code: ErrorCode) => void

const zone = '023e105f4ecef8ad9ca31a8372d0c353'
const hosts = ['a.example', 'www.a.example']

describe('a purge at the CDN', { timeout: 30_000 }, () => {
  let gateway: GatewayFixture
  let agent: Enrolled
  let connection: Connection
  let asked: {
    readonly account: string
    readonly wanted: Omit<PurgeAsk, 'id'>
    readonly delayed: Delayed
    readonly settle: (outcome: PurgeOutcome) => void
  }[]
  let purgeId: string

  beforeEach(async () => {
    asked = []
    const purge = (account: string, wanted: Omit<PurgeAsk, 'id'>, delayed: Delayed = () => {}): Promise<PurgeOutcome> =>
      new Promise(settle => asked.push({ account, wanted, delayed, settle }))
    gateway = await GatewayFixture.open({ cdn: { purge } })
    agent = await gateway.enrol()
    purgeId = newId('purge')
    connection = await gateway.welcomed(agent)
  })
  afterEach(() => gateway.close())

  const request = (more: Partial<Request> = {}): Request => ({
    type: 'cdn.request',
    purgeId,
    what: { urls: ['https://a.example/'] },
    urgent: false,
    ...more,
  })
  const register = (): Promise<boolean> => gateway.store.sites.setCdn(gateway.accountId, agent.siteId, { account: 'main', zone, hosts })
  const underWay = async (count: number): Promise<void> => {
    while (asked.length < count) await new Promise(resolve => setImmediate(resolve))
  }

  it('goes to the account, zone and hosts that the gateway knows of the site', async () => {
    await register()
    connection.send(request({ urgent: true }))
    await underWay(1)
    const { account, wanted, settle } = asked[0] ?? assert.fail()
    assert.equal(account, 'main')
    const { siteId } = agent
    assert.deepEqual(wanted, { siteId, place: { zone, hosts }, urls: ['https://a.example/'], everything: false, urgent: true })
    settle({ outcome: 'purged' })
    assert.deepEqual(await connection.next('cdn.outcome'), { type: 'cdn.outcome', purgeId, outcome: 'purged' })
  })

  it('is of a folder alone where the gateway knows the site in one', async () => {
    const site = { id: newId('site'), accountId: gateway.accountId, url: 'https://a.example/blog', createdAt: 0 }
    await gateway.store.sites.create(site)
    await gateway.store.sites.setCdn(gateway.accountId, site.id, { account: 'main', zone, hosts })
    const inFolder = await gateway.welcomed(await gateway.enrol(site.id))
    inFolder.send(request({ what: { everything: true } }))
    await underWay(1)
    assert.deepEqual(asked[0]?.wanted.place, { zone, hosts, folder: '/blog/' })
  })

  it('is of tags under the site’s own prefix alone', async () => {
    await register()
    connection.send(request({ what: { tags: ['0a1b2c3d', 'ffffffff'] } }))
    await underWay(1)
    const { urls, tags } = asked[0]?.wanted ?? assert.fail()
    const prefix = agent.siteId.slice(-12)
    assert.deepEqual({ urls, tags }, { urls: [], tags: [`${prefix}0a1b2c3d`, `${prefix}ffffffff`] })
  })

  it('is of no site that is at no CDN', async () => {
    connection.send(request())
    assert.equal((await connection.next('cdn.outcome')).outcome, 'absent')
    assert.deepEqual(asked, [])
  })

  it('is of no other host than the site’s', async () => {
    await register()
    for (const url of ['https://b.example/', 'https://a.example.b.example/', 'https://a.example@b.example/']) {
      connection.send(request({ purgeId: newId('purge'), what: { urls: ['https://a.example/', url] } }))
      const { outcome, code } = await connection.next('cdn.outcome')
      assert.equal(outcome, 'failed')
      assert.ok(code === 'cdn.unknown_host' || code === 'url.invalid')
    }
    assert.deepEqual(asked, [])
  })

  it('names to the CDN what the gateway has looked at, and nothing that another parser may read otherwise', async () => {
    await register()
    for (const url of ['https://a.example\\@b.example/x', 'https://a.example/#@b.example/']) {
      connection.send(request({ purgeId: newId('purge'), what: { urls: [url] } }))
      assert.equal((await connection.next('cdn.outcome')).code, 'url.invalid')
    }
    connection.send(request({ what: { urls: ['https://A.example/b/../ü'] } }))
    await underWay(1)
    assert.deepEqual(asked[0]?.wanted.urls, ['https://a.example/%C3%BC'])
  })

  it('is refused over the size of a request, and beyond what an agent has under way at once', async () => {
    await register()
    const urls = Array.from({ length: limits.cdn.requestUrls }, (_, index) => `https://a.example/${'x'.repeat(1_500)}${index}`)
    connection.send(request({ what: { urls } }))
    assert.equal((await connection.next('cdn.outcome')).code, 'input.too_large')
    for (let count = 0; count < 17; count += 1) connection.send(request({ purgeId: newId('purge') }))
    assert.equal((await connection.next('cdn.outcome')).code, 'rate.limited')
    await underWay(16)
    assert.equal(asked.length, 16)
  })

  it('is said to be delayed while the CDN does not take it, and then what came of it', async () => {
    await register()
    connection.send(request())
    await underWay(1)
    asked[0]?.delayed('cdn.unavailable')
    assert.deepEqual(await connection.next('cdn.outcome'), { type: 'cdn.outcome', purgeId, outcome: 'delayed', code: 'cdn.unavailable' })
    asked[0]?.settle({ outcome: 'purged' })
    assert.equal((await connection.next('cdn.outcome')).outcome, 'purged')
  })

  it('is made once however often it is asked for, and answered where it was asked for last', async () => {
    await register()
    connection.send(request())
    connection.send(request())
    await underWay(1)
    connection.end()
    const again = await gateway.welcomed(agent)
    again.send(request())
    const other = newId('purge')
    again.send(request({ purgeId: other }))
    await underWay(2)
    for (const { settle } of asked) settle({ outcome: 'failed', code: 'cdn.unavailable' })
    const outcomes = [await again.next('cdn.outcome'), await again.next('cdn.outcome')]
    assert.deepEqual(
      outcomes.map(({ purgeId, outcome, code }) => [purgeId, outcome, code]),
      [
        [purgeId, 'failed', 'cdn.unavailable'],
        [other, 'failed', 'cdn.unavailable'],
      ],
    )
    assert.equal(asked.length, 2)
  })
})
