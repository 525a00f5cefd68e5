import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { cloudflare, type Cdn } from '@platen/gateway'
import { cloudflareStandIn, type CloudflareStandIn } from '@platen/lab'

const zone = '023e105f4ecef8ad9ca31a8372d0c353'
const token = 'a token that may purge'
const urls = ['https://shop.example/', 'https://shop.example/feed/?a=b']
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

describe('Cloudflare, through its own client', () => {
  let api: CloudflareStandIn
  let cdn: Cdn
  const logged: unknown[] = []

  before(async () => {
    const limit = { perSecond: 5, bucket: 25 }
    api = await cloudflareStandIn({ token, zones: [zone], urls: { perSecond: 1_500, bucket: 1_500 }, wide: limit })
    cdn = cloudflare({ name: 'one', token, plan: 'pro', api: api.url }, { ...silent, warn: (...line) => void logged.push(line) })
  })
  beforeEach(() => {
    api.trouble = undefined
    logged.length = 0
  })
  after(() => api?.close())

  it('purges URLs, hosts, what begins with an address, and tags', async () => {
    assert.deepEqual(await cdn.purge(zone, { urls }), { outcome: 'purged' })
    assert.deepEqual(await cdn.purge(zone, { hosts: ['shop.example'] }), { outcome: 'purged' })
    assert.deepEqual(await cdn.purge(zone, { prefixes: ['shop.example/blog/'] }), { outcome: 'purged' })
    assert.deepEqual(await cdn.purge(zone, { tags: ['4c0ffee0d00d0a1b2c3d'] }), { outcome: 'purged' })
    assert.deepEqual(
      api.purged.map(({ what }) => what),
      [{ files: urls }, { hosts: ['shop.example'] }, { prefixes: ['shop.example/blog/'] }, { tags: ['4c0ffee0d00d0a1b2c3d'] }],
    )
  })

  it('is told how long to wait where a limit is reached, and does not try by itself', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => cdn.purge(zone, { hosts: ['shop.example'] })))
    const limited = answers.filter(({ outcome }) => outcome === 'limited')
    assert.ok(limited.length > 0)
    assert.equal(api.limited, limited.length)
    for (const answer of limited) assert.deepEqual(answer, { outcome: 'limited', afterMs: 1_000 })
  })

  it('says that another try may help where Cloudflare fails or cuts the connection', async () => {
    const unavailable = { outcome: 'failed', code: 'cdn.unavailable', again: true }
    api.trouble = { status: 503 }
    assert.deepEqual(await cdn.purge(zone, { urls }), unavailable)
    api.trouble = 'cut'
    assert.deepEqual(await cdn.purge(zone, { urls }), unavailable)
  })

  it('says that another try may help where an answer is cut off, never ends, or is none', async () => {
    const json = 'application/json'
    const hasty = cloudflare({ name: 'hasty', token, plan: 'pro', api: api.url }, silent, 200)
    for (const trouble of [
      { body: '{"success":tr', type: json },
      { body: '{"success":tr', type: json, end: 'cut' },
      { body: '{"success":tr', type: json, end: 'stalled' },
      { body: '', type: json },
      { body: '<html>Gateway</html>', type: 'text/html' },
    ] as const) {
      api.trouble = trouble
      assert.deepEqual(
        await hasty.purge(zone, { urls }),
        { outcome: 'failed', code: 'cdn.unavailable', again: true },
        JSON.stringify(trouble),
      )
    }
  })

  it('says that no try will help with a token or a zone that is refused, and logs no token', async () => {
    const denied = { outcome: 'failed', code: 'cdn.denied', again: false }
    const other = cloudflare(
      { name: 'two', token: 'another token', plan: 'pro', api: api.url },
      { ...silent, warn: (...line) => void logged.push(line) },
    )
    assert.deepEqual(await other.purge(zone, { urls }), denied)
    assert.deepEqual(await cdn.purge('f'.repeat(32), { urls }), denied)
    assert.equal(logged.length, 2)
    assert.ok(!JSON.stringify(logged).includes('token'))
  })

  it('takes a refusal for one, whatever is said to it', async () => {
    for (const errors of ['""', '{}', '1.5', 'null', '[null, 7, {"code":"x"}]']) {
      api.trouble = { status: 403, body: `{"success":false,"errors":${errors}}`, type: 'application/json' }
      assert.deepEqual(await cdn.purge(zone, { urls }), { outcome: 'failed', code: 'cdn.denied', again: false }, errors)
    }
  })

  it('says that a purge is wrong that breaks Cloudflare’s rules', async () => {
    const tooMany = Array.from({ length: 101 }, (_, index) => `https://shop.example/${index}`)
    assert.deepEqual(await cdn.purge(zone, { urls: tooMany }), { outcome: 'failed', code: 'cdn.refused', again: false })
  })
})
