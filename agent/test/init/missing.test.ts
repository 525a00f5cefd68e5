import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DocumentPolicy, SiteDescribeValue } from '@platen/protocol'
import type { Findings } from '../../src/init/compose-policy.ts'
import { missing } from '../../src/init/missing.ts'
import { testPolicy } from '../support/test-policy.ts'

const place = { url: 'redis://:secret@127.0.0.1:6379', database: 0, prefix: 'shop:' }
const redisLine = (redis: DocumentPolicy['redis'], objectCache?: SiteDescribeValue['objectCache']): string | undefined =>
  missing({ redis } as Findings, testPolicy('/srv'), { objectCache } as SiteDescribeValue).find(line => line.startsWith('Redis:'))

describe('what init says about Redis', () => {
  it('is nothing where WordPress and root mean the same keys', () => {
    assert.equal(redisLine(place, { prefix: 'shop:', redis: { host: '127.0.0.1', port: 6379, database: 0 } }), undefined)
  })

  it('is where WordPress is connected, where that is elsewhere', () => {
    const at = (redis: NonNullable<SiteDescribeValue['objectCache']>['redis']) =>
      redisLine(place, { prefix: 'shop:', ...(redis ? { redis } : {}) })
    assert.match(at({ host: '127.0.0.1', port: 6379, database: 3 }) ?? '', /“127\.0\.0\.1:6379”, database 3/)
    assert.match(at({ socket: '/run/\u001bredis.sock', database: 0 }) ?? '', /“\/run\/\?redis\.sock”, database 0/)
    assert.match(at(undefined) ?? '', /connected to none/)
  })

  it('is what WordPress says, where root named no server or another prefix', () => {
    assert.match(redisLine(undefined, { prefix: 'shop:' }) ?? '', /not purged.*--redis-prefix PREFIX.*“shop:”/)
    assert.match(redisLine(undefined) ?? '', /not named/)
    assert.match(redisLine(place, { prefix: 'other:' }) ?? '', /“other:”.*“shop:”/)
    assert.match(redisLine(place) ?? '', /no object cache/)
  })

  it('has nothing in it that a terminal would obey, and no password', () => {
    const line = redisLine(place, { prefix: `\u001b[2J\u009b\u202e\n${'x'.repeat(300)}` }) ?? ''
    assert.match(line, /“\?\[2J\?\?\?x/)
    assert.ok(!/[^ -~“”’]/.test(line) && line.length < 250, line)
    assert.ok(!line.includes('secret'))
  })
})
