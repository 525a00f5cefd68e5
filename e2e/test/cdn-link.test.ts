import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { cdnTagsOf } from '@platen/agent'
import { cloudflare, PurgeBroker } from '@platen/gateway'
import { cloudflareStandIn, type CloudflareStandIn } from '@platen/lab'
import { newId } from '@platen/protocol'
import { BothEnds, until } from './both-ends.ts'

const zone = '023e105f4ecef8ad9ca31a8372d0c353'
const token = 'a token that may purge'
const page = 'https://a.example/'
const silent = { info: () => {}, warn: () => {}, error: () => {} }
const clock = {
  now: Date.now,
  after: (ms: number, call: () => void) => {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
  random: () => 0.5,
}

describe('purges at Cloudflare, from a job at the site through both ends of the link', { timeout: 60_000 }, () => {
  let api: CloudflareStandIn
  let broker: PurgeBroker
  let ends: BothEnds
  let jobId: string

  let asks = 0
  const cdn = {
    purge: (_account: string, ...wanted: Parameters<PurgeBroker['purge']>) => {
      asks += 1
      return broker.purge(...wanted)
    },
  }
  const brokerWith = (key: string): PurgeBroker =>
    new PurgeBroker({ cdn: cloudflare({ name: 'main', token: key, plan: 'pro', api: api.url }, silent), clock })
  const register = (place: { readonly zone?: string; readonly hosts?: readonly string[] } = {}): Promise<boolean> =>
    ends.store.sites.setCdn(ends.accountId, ends.siteId, { account: 'main', zone, hosts: ['a.example'], ...place })
  const want = (what: readonly string[] | 'everything' = [page]): void =>
    ends.cdn.want({ jobId, what: what === 'everything' ? { everything: true } : { urls: what }, urgent: false })
  const noted = async (): Promise<readonly [string, string | undefined][]> => {
    await until(() => ends.journal.followUps.of(jobId).length > 0, 'noted')
    return ends.journal.followUps.of(jobId).map(said => [said.outcome, 'code' in said ? said.code : undefined])
  }

  beforeEach(async () => {
    const rate = { perSecond: 1_500, bucket: 1_500 }
    api = await cloudflareStandIn({ token, zones: [zone], urls: rate, wide: { perSecond: 5, bucket: 25 } })
    broker = brokerWith(token)
    asks = 0
    ends = await BothEnds.make({ cdn })
    jobId = newId('job')
  })
  afterEach(async () => {
    broker.close()
    await ends.remove()
    await api.close()
  })

  it('are of pages or of all hosts, and the job hears of it', async () => {
    await register()
    ends.startAgent()
    await ends.linkIs('open')
    want([page, `${page}feed/`])
    assert.deepEqual(await ends.cdn.outcome(jobId, 5_000), { outcome: 'purged' })
    want('everything')
    assert.deepEqual(await ends.cdn.outcome(jobId, 5_000), { outcome: 'purged' })
    assert.deepEqual(
      api.purged.map(({ what }) => what),
      [{ files: [page, `${page}feed/`] }, { hosts: ['a.example'] }],
    )
  })

  it('are of tags as well, under the site’s own prefix, once the gateway has said that there is a CDN', async () => {
    await register()
    ends.startAgent()
    await ends.linkIs('open')
    const tags = cdnTagsOf(['post:5'])
    want([page])
    assert.deepEqual(await ends.cdn.outcome(jobId, 5_000), { outcome: 'purged' })
    ends.cdn.want({ jobId, what: { tags }, urgent: true })
    await until(() => api.purged.length === 2, 'purged')
    const prefix = ends.siteId.slice(-12)
    assert.deepEqual(
      api.purged.map(({ what }) => what),
      [{ files: [page] }, { tags: tags.map(tag => `${prefix}${tag}`) }],
    )
    assert.deepEqual(await ends.cdn.outcome(jobId, 5_000), { outcome: 'purged' })
  })

  it('are of its folder alone where the gateway knows the site in one', async () => {
    await ends.remove()
    ends = await BothEnds.make({ cdn }, `${page}blog`)
    await register()
    ends.startAgent()
    await ends.linkIs('open')
    want('everything')
    assert.deepEqual(await ends.cdn.outcome(jobId, 5_000), { outcome: 'purged' })
    assert.deepEqual(
      api.purged.map(({ what }) => what),
      [{ prefixes: ['a.example/blog/'] }],
    )
  })

  it('are none where the site is at no CDN', async () => {
    ends.startAgent()
    await ends.linkIs('open')
    want()
    assert.deepEqual(await ends.cdn.outcome(jobId, 5_000), { outcome: 'absent' })
    assert.equal(api.purged.length, 0)
  })

  it('wait while the gateway is away, each page once, and are noted when they are done', async () => {
    await register()
    ends.startAgent()
    await ends.linkIs('open')
    await ends.stopGateway()
    await until(() => ends.link?.state.state !== 'open', 'away')
    for (let times = 0; times < 3; times += 1) want([page, `${page}${times}`])
    assert.deepEqual(await ends.cdn.outcome(jobId, 5_000), { outcome: 'pending', code: 'gateway.unreachable' })
    ends.cdn.leave(jobId)
    await ends.startGateway({ cdn })
    assert.deepEqual(await noted(), [['purged', undefined]])
    assert.deepEqual(
      api.purged.map(({ what }) => what),
      [{ files: [page, `${page}0`, `${page}1`, `${page}2`] }],
    )
  })

  it('are done by the next gateway where one stops with them', async () => {
    await register()
    ends.startAgent()
    await ends.linkIs('open')
    api.trouble = 'silent'
    want()
    ends.cdn.leave(jobId)
    await until(() => asks === 1, 'asked')
    await ends.stopGateway()
    broker.close()
    api.trouble = undefined
    broker = brokerWith(token)
    await ends.startGateway({ cdn })
    assert.deepEqual(await noted(), [['purged', undefined]])
  })

  for (const [what, trouble, code] of [
    ['fails', { status: 503 }, 'cdn.unavailable'],
    ['cuts connections', 'cut', 'cdn.unavailable'],
    ['has had too many', { status: 429, retryAfter: 1 }, 'rate.limited'],
    ['is silent', 'silent', 'cdn.unavailable'],
  ] as const)
    it(`are pending with ${code} where Cloudflare ${what}`, async () => {
      await register()
      ends.startAgent()
      await ends.linkIs('open')
      api.trouble = trouble
      want()
      assert.deepEqual(await ends.cdn.outcome(jobId, 500), { outcome: 'pending', code })
      ends.cdn.leave(jobId)
      api.trouble = undefined
      // One that is silent is given up by the client after ten seconds.
      if (trouble !== 'silent') assert.deepEqual(await noted(), [['purged', undefined]])
    })

  it('fail with the reason where no try will help', async () => {
    ends.startAgent()
    await ends.linkIs('open')
    const outcomes: unknown[] = []
    const outcome = async (): Promise<void> => {
      want()
      outcomes.push(await ends.cdn.outcome(jobId, 5_000))
      ends.cdn.leave(jobId)
      jobId = newId('job')
    }
    await register({ zone: 'f'.repeat(32) })
    await outcome()
    await register({ hosts: ['b.example'] })
    await outcome()
    await register()
    broker = brokerWith('another token')
    await outcome()
    assert.deepEqual(outcomes, [
      { outcome: 'failed', code: 'cdn.denied' },
      { outcome: 'failed', code: 'cdn.unknown_host' },
      { outcome: 'failed', code: 'cdn.denied' },
    ])
  })
})
