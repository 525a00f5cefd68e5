import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PlatenError, type DocumentPolicy } from '@platen/protocol'
import type { Finding } from '../../src/doctor/finding.ts'
import { checkRedis, checkRefresh } from '../../src/doctor/site-checks.ts'
import type { PageFetcher } from '../../src/ports/page-fetcher.ts'
import { testPolicy } from '../support/test-policy.ts'

const policyWith = (nginx: Partial<NonNullable<DocumentPolicy['nginx']>>): DocumentPolicy => {
  const { nginx: own, ...rest } = testPolicy('/srv')
  return { ...rest, nginx: { ...own, ...nginx } } as DocumentPolicy
}

describe('the doctor looks at nginx’s refresh rule', () => {
  const cachePath = '/var/cache/nginx'
  const asked: unknown[] = []
  const nginx = (word: string | undefined): PageFetcher => ({
    fetch: async (_url, options) => {
      asked.push(options?.headers?.['x-platen-refresh'])
      return { status: 200, headers: word === undefined ? {} : { 'x-cache': word }, body: Buffer.alloc(0), tookMs: 1 }
    },
  })
  const away: PageFetcher = { fetch: () => Promise.reject(new PlatenError('nginx.unavailable')) }
  const check = (policy: DocumentPolicy, pages: PageFetcher): Promise<Finding> => checkRefresh(policy, pages, lines)
  const lines = 'the lines for nginx'
  const hasLines = ({ fix = '' }: Finding): void => assert.ok(fix.includes(lines), fix)

  it('and is content where a request with the secret goes past the cache, whether its folder is named or not', async () => {
    for (const policy of [policyWith({ cachePath }), policyWith({})]) {
      assert.equal((await check(policy, nginx('BYPASS'))).state, 'good')
      assert.equal(asked.pop(), policy.nginx?.refreshSecret)
    }
  })

  it('and prints the lines to add where it does not', async () => {
    const policy = policyWith({ cachePath })
    for (const word of ['HIT', undefined]) {
      const finding = await check(policy, nginx(word))
      assert.deepEqual([finding.state, finding.detail.includes(word ?? '(nothing)')], ['failed', true])
      hasLines(finding)
    }
    assert.equal((await check(policyWith({}), nginx('HIT'))).state, 'failed')
  })

  it('and prints them where the policy file has no secret, with where to put one', async () => {
    const { nginx: own, ...rest } = testPolicy('/srv')
    const { refreshSecret: _secret, ...bare } = own as NonNullable<typeof own>
    for (const cache of [{ cachePath }, {}]) {
      const finding = await check({ ...rest, nginx: { ...bare, ...cache } }, nginx('HIT'))
      assert.equal(finding.state, 'weak')
      assert.match(`${finding.detail} ${finding.fix}`, /no nginx\.refreshSecret.*in the place of SECRET/)
      hasLines(finding)
    }
    assert.deepEqual(
      asked.splice(0).filter(secret => secret === undefined),
      [],
    )
  })

  it('and prints them where the policy file names no cache, and no nginx at all', async () => {
    const policy = policyWith({})
    const finding = await check(policy, nginx(undefined))
    assert.equal(finding.state, 'unknown')
    hasLines(finding)
    const { nginx: _nginx, ...none } = testPolicy('/srv')
    const other = await check(none, nginx('HIT'))
    assert.equal(other.state, 'unknown')
    hasLines(other)
  })

  it('and says what keeps it from looking', async () => {
    const finding = await check(policyWith({ cachePath }), away)
    assert.deepEqual([finding.state, /nginx\.unavailable/.test(finding.detail)], ['failed', true])
  })
})

describe('the doctor looks at Redis', () => {
  const redis = { url: 'redis://:secret@cache.example:7000/2', database: 2, prefix: 'shop:' }
  const check = (place: DocumentPolicy['redis'], reach: () => Promise<void>): Promise<Finding> =>
    checkRedis(testPolicy('/srv', place ? { redis: place } : {}), { flush: () => assert.fail('a doctor removes nothing'), reach })

  it('and says where it answers, without the password', async () => {
    const finding = await check(redis, async () => {})
    assert.deepEqual([finding.state, finding.detail], ['good', 'cache.example:7000 answers.'])
    const socket = await check({ ...redis, url: 'unix:///run/redis.sock' }, async () => {})
    assert.equal(socket.detail, '/run/redis.sock answers.')
  })

  it('and says what to do where it does not', async () => {
    const finding = await check(redis, () => Promise.reject(new PlatenError('redis.unavailable')))
    assert.equal(finding.state, 'failed')
    assert.match(`${finding.detail} ${finding.fix}`, /redis\.unavailable.*Start Redis/)
    assert.ok(!JSON.stringify(finding).includes('secret'))
  })

  it('and says so where the policy file names none', async () => {
    assert.equal((await check(undefined, () => assert.fail('there is nowhere to look'))).state, 'unknown')
  })
})
