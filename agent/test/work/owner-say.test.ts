import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { noWishes } from '../../src/domain/owner-say.ts'
import type { Cost } from '../../src/domain/day-usage.ts'
import type { Started } from '../support/hand-workers.ts'
import { testKinds } from '../support/test-kinds.ts'
import { bench, bill, frames, offer, soon, success, type RunsBench } from '../support/runs-bench.ts'

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

describe('an allowance', () => {
  const heavy = { ...offer(1, 1), kind: 'test.heavy' }
  const cost = (cpuSeconds: number, writtenBytes = 0): Cost => ({ cpuMs: cpuSeconds * 1_000, writtenBytes })
  /** The only run of a site whose owner allows a minute and a megabyte a day, once it is begun. */
  const begun = async ({ runs, owner, workers }: RunsBench, begin: () => unknown = () => runs.offer(heavy)): Promise<Started> => {
    owner.wish({ ...noWishes, cpuSecondsPerDay: 60, diskBytesPerDay: 1_000_000 })
    begin()
    await soon()
    const [started] = workers.started
    assert.ok(started)
    return started
  }

  it('ends a heavy job that passes it as cancelled, with the reason and what it did', async test => {
    const site = bench(test)
    const { listener, end, ...started } = await begun(site)
    listener.used(cost(59))
    assert.equal(site.workers.started[0]?.cancelled, undefined)
    listener.used(cost(60))
    assert.equal(site.workers.started[0]?.cancelled, 'allowance')
    end({ outcome: 'cancelled', effect: 'partial', bill: { ...bill, cpuMs: 61_000 } })
    await soon()
    const [frame] = frames(site.journal)
    assert.ok(frame?.type === 'job.result' && frame.jobId === started.order.jobId)
    assert.deepEqual([frame.outcome, frame.effect, frame.error?.code], ['cancelled', 'partial', 'owner.allowance'])
    assert.match(frame.error?.message ?? '', /CPU time: 60 of 60 s/)
    assert.equal(site.owner.view().usage.cpuSeconds, 61)
  })

  it('counts what was written, and what the day had cost before', async test => {
    const site = bench(test)
    for (const kind of testKinds) site.owner.spent(kind, cost(0, 600_000))
    const { listener } = await begun(site)
    listener.used(cost(0, 399_999))
    assert.equal(site.workers.started[0]?.cancelled, undefined)
    listener.used(cost(0, 400_000))
    assert.equal(site.workers.started[0]?.cancelled, 'allowance')
  })

  it('counts a run that lasts over midnight on both days', async test => {
    const site = bench(test)
    const { listener, end } = await begun(site)
    listener.used(cost(50))
    site.clock.goOn(86_400_000)
    listener.used(cost(70))
    assert.equal(site.workers.started[0]?.cancelled, undefined)
    assert.equal(site.owner.view().usage.cpuSeconds, 20)
    end({ ...success, bill: { ...bill, cpuMs: 75_000 } })
    await soon()
    assert.equal(site.owner.view().usage.cpuSeconds, 25)
  })

  it('does not hold what the owner asks for, which counts all the same, nor light jobs, which do not', async test => {
    const site = bench(test)
    const { listener } = await begun(site, () => site.runs.create('test.heavy', {}, 'owner'))
    listener.used(cost(600))
    site.runs.offer(offer(1, 1))
    await soon()
    site.workers.started[1]?.listener.used(cost(600))
    assert.deepEqual(
      site.workers.started.map(({ cancelled }) => cancelled),
      [undefined, undefined],
    )
    assert.equal(site.owner.view().usage.cpuSeconds, 600)
  })

  it('is charged with what is known of a run that a crash has lost', async test => {
    const before = bench(test)
    const { listener } = await begun(before)
    listener.used(cost(7))
    before.clock.goOn(59_999)
    for (let step = 0; step < 10; step += 1) listener.used(cost(10 + step))
    assert.equal(before.crash().owner.view().usage.cpuSeconds, 7)
  })

  it('is put on record with it once a minute, since each record is synced', async test => {
    const before = bench(test)
    const { listener } = await begun(before)
    listener.used(cost(7))
    before.clock.goOn(60_000)
    listener.used(cost(20))
    listener.used(cost(21))
    assert.equal(before.crash().owner.view().usage.cpuSeconds, 20)
  })

  it('does not make a run that the platform cancelled one that the owner stopped', async test => {
    const site = bench(test)
    const { listener, end } = await begun(site)
    site.runs.cancel(heavy.jobId, { attempt: 1, epoch: 1 })
    listener.used(cost(61))
    end({ outcome: 'cancelled', effect: 'none', bill })
    await soon()
    const [frame] = frames(site.journal)
    assert.ok(frame?.type === 'job.result' && frame.outcome === 'cancelled' && frame.error === undefined)
  })
})
