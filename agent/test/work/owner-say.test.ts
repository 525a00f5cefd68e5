import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { noWishes } from '../../src/domain/owner-say.ts'
import { bench, bill, offer, soon, success } from '../support/runs-bench.ts'

describe('the owner’s say', () => {
  const heavy = { ...offer(1, 1), kind: 'test.heavy' }
  const allDay = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const, from: '00:00', to: '00:00' }].map(hours => ({
    ...hours,
    days: [...hours.days],
  }))

  it('has an offer wait or end it, by its code', test => {
    const { runs, owner } = bench(test)
    owner.wish({ ...noWishes, quietHours: allDay })
    const quiet = runs.offer(heavy)
    assert.ok(typeof quiet === 'object' && quiet.code === 'owner.quiet_hours' && (quiet.retryAfterMs ?? 0) > 0)
    owner.wish({ ...noWishes, vetoed: ['test.heavy'] })
    const vetoed = runs.offer(heavy)
    assert.ok(typeof vetoed === 'object' && vetoed.code === 'owner.vetoed' && vetoed.retryAfterMs === undefined)
    owner.wish(noWishes)
    assert.equal(runs.offer(heavy), 'accepted')
  })

  it('defers to the end of the calendar what is deferred to a later time than that', test => {
    const { runs, owner } = bench(test)
    const deferred = [{ kind: 'test.heavy', until: 1e300, reason: 'for good' }]
    assert.equal(new Date(owner.wish({ ...noWishes, deferred }).wishes.deferred[0]?.until ?? 0).getUTCFullYear(), 275_760)
    const refused = runs.offer(heavy)
    assert.equal(typeof refused === 'object' && refused.code, 'owner.deferred')
  })

  it('is nothing where its record can’t be read', test => {
    const before = bench(test)
    before.journal.set('owner.wishes', '{"vetoed":')
    before.journal.set('owner.usage', '{"day":"never"}')
    const { wishes, usage } = before.crash().owner.view()
    assert.deepEqual([wishes, usage.cpuSeconds], [noWishes, 0])
  })

  it('is outlived by what was taken before, and by what the owner asks for', async test => {
    const { runs, owner, workers } = bench(test)
    runs.offer(heavy)
    await soon()
    owner.wish({ ...noWishes, quietHours: allDay, vetoed: ['test.light'] })
    assert.equal(workers.started[0]?.cancelled, undefined)
    runs.create('test.light', {}, 'owner')
    assert.throws(() => runs.create('test.light', {}, 'event'), { code: 'owner.vetoed' })
  })

  it('counts bills of heavy jobs, whoever asked, over a crash too', async test => {
    const before = bench(test)
    before.owner.wish({ ...noWishes, cpuSecondsPerDay: 60 })
    before.runs.create('test.heavy', {}, 'owner')
    before.runs.create('test.light', {}, 'owner')
    await soon()
    for (const { end } of before.workers.started) end({ ...success, bill: { ...bill, cpuMs: 60_000, writtenBytes: 9 } })
    await soon()
    const { day, ...used } = before.owner.view().usage
    assert.deepEqual(used, { cpuSeconds: 60, diskBytes: 9 })
    const after = before.crash()
    assert.deepEqual(after.owner.view().usage, { day, ...used })
    const refused = after.runs.offer(heavy)
    assert.ok(typeof refused === 'object' && refused.code === 'owner.allowance')
    after.clock.goOn(refused.retryAfterMs ?? 0)
    assert.equal(after.runs.offer(heavy), 'accepted')
  })
})
