import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DocumentPolicy, LocalWishes } from '@platen/protocol'
import { usageOn, withCost } from '../../src/domain/day-usage.ts'
import { weekdays, type LocalTimeIn } from '../../src/domain/local-time.ts'
import { judgeOwnersSay, noWishes, type AskedJob } from '../../src/domain/owner-say.ts'
import { quietUntil, type Calendar } from '../../src/domain/quiet-hours.ts'

/** UTC, whatever the time zone is called, but for one that is an hour ahead. */
const localTimeIn: LocalTimeIn = (timeZone, at) => {
  const date = new Date(at + (timeZone === '+01:00' ? 3_600_000 : 0))
  const weekday = weekdays[date.getUTCDay()] ?? 'sun'
  return { day: date.toISOString().slice(0, 10), weekday, minute: date.getUTCHours() * 60 + date.getUTCMinutes() }
}
/** A Friday. */
const at = (time: string, day = '2026-11-27'): number => Date.parse(`${day}T${time}Z`)
const nightly: Calendar['hours'] = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '22:00', to: '06:00' }]
const utc = (hours: Calendar['hours']): readonly Calendar[] => [{ timeZone: 'UTC', hours }]

describe('quiet hours', () => {
  it('hold from their beginning until right before their end', () => {
    const lunch = utc([{ days: ['fri'], from: '12:00', to: '13:30' }])
    assert.equal(quietUntil(lunch, at('11:59:59.999'), localTimeIn), undefined)
    assert.equal(quietUntil(lunch, at('12:00'), localTimeIn), at('13:30'))
    assert.equal(quietUntil(lunch, at('13:29:59.999'), localTimeIn), at('13:30'))
    assert.equal(quietUntil(lunch, at('13:30'), localTimeIn), undefined)
    assert.equal(quietUntil(lunch, at('12:30', '2026-11-28'), localTimeIn), undefined)
  })

  it('last over midnight from the day that they begin on', () => {
    const friday = utc([{ days: ['fri'], from: '22:00', to: '06:00' }])
    assert.equal(quietUntil(friday, at('23:00'), localTimeIn), at('06:00', '2026-11-28'))
    assert.equal(quietUntil(friday, at('05:00', '2026-11-28'), localTimeIn), at('06:00', '2026-11-28'))
    assert.equal(quietUntil(friday, at('05:00'), localTimeIn), undefined)
  })

  it('that begin and end at the same time are a whole day', () => {
    const saturday = utc([{ days: ['sat'], from: '00:00', to: '00:00' }])
    assert.equal(quietUntil(saturday, at('10:00', '2026-11-28'), localTimeIn), at('00:00', '2026-11-29'))
  })

  it('of root and owner that meet are one', () => {
    const both: Calendar[] = [
      { timeZone: 'UTC', hours: [{ days: ['fri'], from: '10:00', to: '12:00' }] },
      { timeZone: '+01:00', hours: [{ days: ['fri'], from: '12:30', to: '15:00' }] },
    ]
    assert.equal(quietUntil(both, at('10:30'), localTimeIn), at('14:00'))
  })

  it('without an end are told a week at a time', () => {
    const always = utc([{ days: [...weekdays], from: '00:00', to: '00:00' }])
    assert.equal(quietUntil(always, at('10:00'), localTimeIn), at('10:00', '2026-12-04'))
  })
})

describe('the day’s usage', () => {
  const bill = { cpuMs: 5, peakRssBytes: 1, wallMs: 1, readBytes: 1, writtenBytes: 7, savedBytes: 0 }
  const some = withCost({ day: '2026-11-27', cpuMs: 1, diskBytes: 1 }, bill)

  it('adds CPU time and what was written', () => {
    assert.deepEqual(some, { day: '2026-11-27', cpuMs: 6, diskBytes: 8 })
  })

  it('begins anew with the day', () => {
    assert.deepEqual(usageOn('2026-11-28', some), { day: '2026-11-28', cpuMs: 0, diskBytes: 0 })
    assert.deepEqual(usageOn('2026-11-28', undefined), { day: '2026-11-28', cpuMs: 0, diskBytes: 0 })
  })

  it('still counts when the clock goes back over midnight, and not when it had been far ahead', () => {
    assert.deepEqual(usageOn('2026-11-26', some), some)
    assert.deepEqual(usageOn('2026-11-25', some), { day: '2026-11-25', cpuMs: 0, diskBytes: 0 })
  })
})

describe('the owner’s say', () => {
  const heavy: AskedJob = { kind: { name: 'images.optimize', weight: 'heavy' }, origin: 'platform' }
  const purge: AskedJob = { kind: { name: 'cache.purge', weight: 'light' }, origin: 'platform' }
  const none = { day: '2026-11-27', cpuMs: 0, diskBytes: 0 }
  const judged = (
    job: AskedJob,
    wishes: Partial<LocalWishes>,
    policy: Partial<Pick<DocumentPolicy, 'limits' | 'quietHours'>> = {},
    usage = none,
    now = at('23:00'),
  ) =>
    judgeOwnersSay(
      job,
      { policy: { limits: { memoryMb: 64 }, ...policy }, wishes: { ...noWishes, ...wishes } },
      { now, usage, localTimeIn },
    )

  it('is nothing where nobody said anything', () => {
    assert.equal(judged(heavy, {}), undefined)
  })

  it('lets heavy jobs wait for the end of the quiet hours, and no purge', () => {
    const refused = judged(heavy, { quietHours: nightly })
    assert.equal(refused?.code, 'owner.quiet_hours')
    assert.equal(refused?.retryAfterMs, 7 * 3_600_000)
    assert.equal(judged(purge, { quietHours: nightly }), undefined)
    assert.equal(judged(heavy, { quietHours: nightly }, {}, none, at('12:00')), undefined)
  })

  it('holds root’s quiet hours as well', () => {
    assert.equal(judged(heavy, {}, { quietHours: { timeZone: 'UTC', hours: nightly } })?.code, 'owner.quiet_hours')
  })

  it('ends a vetoed job for good, light or heavy', () => {
    for (const job of [heavy, purge]) {
      const refused = judged(job, { vetoed: [job.kind.name] })
      assert.equal(refused?.code, 'owner.vetoed')
      assert.equal(refused?.retryAfterMs, undefined)
    }
  })

  it('says why a job is vetoed, where he said so', () => {
    const wishes = {
      vetoed: ['cache.purge', 'images.optimize'],
      vetoReasons: [{ kind: 'images.optimize', reason: 'A photographer’s site.' }],
    }
    assert.match(judged(heavy, wishes)?.message ?? '', /A photographer’s site\.$/)
    assert.doesNotMatch(judged(purge, wishes)?.message ?? '', /photographer/)
    const long = judged(heavy, { ...wishes, vetoReasons: [{ kind: 'images.optimize', reason: 'x'.repeat(500) }] })
    assert.ok(long && long.message.length <= 500)
    assert.equal(judged(heavy, { vetoReasons: wishes.vetoReasons }), undefined)
  })

  it('puts a kind off until a time, with the owner’s reason, a day at most at once', () => {
    const until = at('01:00', '2026-11-28')
    const refused = judged(purge, { deferred: [{ kind: 'cache.purge', until, reason: 'Sale until one.' }] })
    assert.equal(refused?.code, 'owner.deferred')
    assert.match(refused?.message ?? '', /Sale until one\./)
    assert.equal(refused?.retryAfterMs, 2 * 3_600_000)
    assert.equal(judged(purge, { deferred: [{ kind: 'cache.purge', until: at('22:59'), reason: '' }] }), undefined)
    const long = judged(purge, { deferred: [{ kind: 'cache.purge', until: at('00:00', '2027-11-27'), reason: '' }] })
    assert.equal(long?.retryAfterMs, 86_400_000)
  })

  it('stops heavy jobs of the day once an allowance is spent, until midnight at the site', () => {
    const used = { day: '2026-11-27', cpuMs: 60_000, diskBytes: 0 }
    const refused = judged(heavy, { cpuSecondsPerDay: 60 }, {}, used)
    assert.equal(refused?.code, 'owner.allowance')
    assert.equal(refused?.retryAfterMs, 3_600_000)
    assert.equal(judged(heavy, { cpuSecondsPerDay: 61 }, {}, used), undefined)
    assert.equal(judged(purge, { cpuSecondsPerDay: 60 }, {}, used), undefined)
    assert.equal(judged(heavy, { diskBytesPerDay: 10 }, {}, { ...used, diskBytes: 10 })?.code, 'owner.allowance')
  })

  it('can narrow what root allows and never widen it', () => {
    const used = { day: '2026-11-27', cpuMs: 60_000, diskBytes: 0 }
    const limits = { memoryMb: 64, cpuSecondsPerDay: 60 }
    assert.equal(judged(heavy, { cpuSecondsPerDay: 1_000_000 }, { limits }, used)?.code, 'owner.allowance')
    assert.equal(judged(heavy, { cpuSecondsPerDay: 10 }, { limits: { ...limits, cpuSecondsPerDay: 1_000 } }, used)?.code, 'owner.allowance')
  })

  it('does not hold what the owner or root asks for, and holds what an event of the site does', () => {
    const all: Partial<LocalWishes> = { quietHours: nightly, vetoed: ['images.optimize'], cpuSecondsPerDay: 0 }
    for (const origin of ['owner', 'root'] as const) assert.equal(judged({ ...heavy, origin }, all), undefined)
    assert.equal(judged({ ...heavy, origin: 'event' }, all)?.code, 'owner.vetoed')
  })
})
