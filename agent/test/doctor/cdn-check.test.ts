import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PlatenError } from '@platen/protocol'
import { checkCdn } from '../../src/doctor/cdn-check.ts'
import type { Page, PageFetcher } from '../../src/ports/page-fetcher.ts'
import { testPolicy } from '../support/test-policy.ts'

describe('the doctor looks through the CDN', () => {
  const policy = testPolicy('/srv', { cdn: { address: '203.0.113.7' } })
  const asked: unknown[] = []
  const answers = (...answers: readonly Partial<Page>[]): PageFetcher => {
    const left = [...answers]
    return {
      fetch: async (url, options) => {
        asked.push([url, options?.headers])
        const next = left.length > 1 ? left.shift() : left[0]
        return { status: 200, headers: {}, body: Buffer.alloc(0), tookMs: 1, ...next }
      },
    }
  }

  it('and is content where it answers for the site as a CDN does, and sends no secret there', async () => {
    const finding = await checkCdn(policy, answers({ headers: { 'cf-cache-status': 'DYNAMIC' } }))
    assert.deepEqual([finding.state, finding.detail], ['good', '203.0.113.7 answers for http://site.test: cf-cache-status DYNAMIC.'])
    const aged = await checkCdn(policy, answers({}, { headers: { age: '1', 'x-platen-made': '1' } }))
    assert.deepEqual([aged.state, aged.detail], ['good', '203.0.113.7 answers for http://site.test: age 1.'])
    assert.deepEqual(asked[0], ['http://site.test/', undefined])
  })

  it('and says how to find the address where what answers there is no CDN', async () => {
    const finding = await checkCdn(policy, answers({ headers: { 'x-cache': 'HIT' } }))
    assert.equal(finding.state, 'weak')
    assert.match(`${finding.detail} ${finding.fix}`, /neither cf-cache-status nor age.*dig \+short site\.test/s)
  })

  it('and says what visitors would get otherwise', async () => {
    for (const [answer, says] of [
      [{ status: 522 }, /status 522/],
      [{ status: 403 }, /status 403.*let User-Agent Platen through/s],
      [{ headers: { 'cf-mitigated': 'challenge' } }, /challenge.*let User-Agent Platen through/s],
      [{ status: 301, headers: { location: 'https://site.test/\u001b[2J' } }, /redirect to https:\/\/site\.test\/\?\[2J.*site\.url/s],
    ] as const) {
      const finding = await checkCdn(policy, answers(answer))
      assert.equal(finding.state, 'failed')
      assert.match(`${finding.detail} ${finding.fix}`, says)
    }
    const away = await checkCdn(policy, { fetch: () => Promise.reject(new PlatenError('page.unreachable')) })
    assert.deepEqual(
      [away.state, /page\.unreachable/.test(away.detail), /dig \+short site\.test/.test(away.fix ?? '')],
      ['failed', true, true],
    )
  })

  it('and takes a redirect on the site for an answer of its own', async () => {
    const finding = await checkCdn(policy, answers({ status: 302, headers: { location: '/en/', 'cf-cache-status': 'MISS' } }))
    assert.equal(finding.state, 'good')
  })

  it('and says what to do where the policy file does not say where it is', async () => {
    const finding = await checkCdn(testPolicy('/srv'), undefined)
    assert.equal(finding.state, 'unknown')
    assert.match(finding.fix ?? '', /platen-agent init .*--cdn ADDRESS/)
  })
})
