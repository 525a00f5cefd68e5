import assert from 'node:assert/strict'
import { join } from 'node:path'
import { beforeEach, describe, it, type TestContext } from 'node:test'
import { cdnRows } from '../../src/journal/cdn-rows.ts'
import { openDatabase, type Database } from '../../src/journal/database.ts'
import { followUpRows } from '../../src/journal/follow-up-rows.ts'
import { lazyStatements } from '../../src/journal/lazy-statements.ts'
import { migrations } from '../../src/journal/migrations.ts'
import type { CdnLedger } from '../../src/ports/cdn-ledger.ts'
import type { FollowUps } from '../../src/ports/follow-ups.ts'
import { tempFolder } from '../support/temp-folder.ts'

const purged = { outcome: 'purged' } as const
const settlement = { verdict: purged, isLive: () => false, isNews: true, note: { name: 'cdn.known', value: 'there' }, receipts: undefined }

describe('rows of purges at the CDN', () => {
  let database: Database
  let cdn: CdnLedger
  let followUps: FollowUps
  let named: string[]
  const want = (jobId: string): void => cdn.add({ jobId, what: { everything: true }, urgent: false }, () => false)
  const rows = (table: string): unknown => database.prepare(`SELECT count(*) AS count FROM ${table}`).pluck().get()

  beforeEach(context => {
    const test = context as TestContext
    database = openDatabase(join(tempFolder(test), 'journal.db'), { migrations, mostBytes: 16_777_216, cacheKib: 256, logPages: 200 })
    test.after(() => database.close())
    const statement = lazyStatements(database)
    followUps = followUpRows(statement)
    named = []
    const set = (name: string, value: string): void => void named.push(`${name} ${value}`)
    cdn = cdnRows(statement, { note: followUp => followUps.note(followUp), set, find: () => undefined, now: () => 7 })
  })

  it('are no more than what waits, and what followed on the newest thousand jobs', () => {
    const many = database.transaction(() => {
      for (let job = 0; job < 1_200; job += 1) {
        want(`job${job}`)
        const { id } = cdn.next(() => false) ?? assert.fail()
        cdn.settle({ id, ...settlement })
      }
    })
    many()
    assert.deepEqual([rows('cdn_requests'), rows('cdn_ends'), rows('follow_ups')], [0, 0, 1_000])
    assert.deepEqual([followUps.of('job199'), followUps.of('job200').length], [[], 1])
    assert.deepEqual(followUps.of('job1199'), [{ ...purged, jobId: 'job1199', layer: 'cdn', at: 7 }])
  })

  it('are settled once: a second word about the same changes nothing', () => {
    want('job')
    const { id } = cdn.next(() => false) ?? assert.fail()
    assert.deepEqual([cdn.settle({ id, ...settlement }), cdn.settle({ id, ...settlement })], [[], undefined])
    assert.equal(followUps.of('job').length, 1)
  })

  it('are settled together with what the word says of the CDN', () => {
    want('job')
    cdn.settle({ id: cdn.next(() => false)?.id ?? assert.fail(), ...settlement })
    assert.deepEqual(named, ['cdn.known there'])
  })

  it('name the jobs that are to be told, and note nothing on those', () => {
    want('live')
    want('over')
    const { id } = cdn.next(() => false) ?? assert.fail()
    assert.deepEqual(cdn.settle({ id, ...settlement, isLive: job => job === 'live' }), ['live'])
    assert.deepEqual([followUps.of('live').length, followUps.of('over').length], [0, 1])
  })
})
