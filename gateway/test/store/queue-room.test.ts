import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { limits } from '@platen/protocol'
import { QueueRoom } from '../../src/store/queue-room.ts'

const pool = 'pool:verifiers'
const most = limits.job.queuedInPool

describe('the room in a queue', () => {
  let room: QueueRoom
  let waiting: number
  let counts: number
  beforeEach(() => {
    room = new QueueRoom()
    waiting = 0
    counts = 0
  })
  const count = async (upTo: number): Promise<number> => {
    counts += 1
    return Math.min(waiting, upTo)
  }
  const take = async (now = 0, place = pool): Promise<void> => {
    await room.take(place, now, count)
    waiting += 1
  }

  it('of a pool is another than a site’s, and is counted ten times until it is used up', async () => {
    for (let job = 0; job < most; job += 1) await take()
    assert.equal(counts, 10)
    await assert.rejects(take(), { code: 'queue.full', field: 'pool' })
  })

  it('is looked for every few seconds where there was none, whichever way the clock goes', async () => {
    waiting = most
    for (let asked = 0; asked < 100; asked += 1) await assert.rejects(take(asked), { code: 'queue.full' })
    assert.equal(counts, 1)
    waiting = most * 0.9
    await assert.rejects(take(4_999), { code: 'queue.full' })
    await take(-5_000)
  })

  it('of one place is none of another’s', async () => {
    waiting = most
    await assert.rejects(take(0, 'site_1'), { code: 'queue.full', field: 'siteId' })
    waiting = 0
    await take(0, 'site_2')
  })
})
