import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Kind } from '@platen/protocol'
import type { Bill } from '../../src/domain/bill.ts'
import { isEnded, type Job } from '../../src/domain/job.ts'
import type { JobEvent } from '../../src/domain/job-event.ts'
import { at, fresh, history, last, live, type Moment } from './job-history.ts'
import { once, purge } from './job-moves.ts'

/** Checks something of every step of every life, of kinds that may be done twice and of such that may not. */
function always(check: (moment: Moment, earlier: readonly Moment[], kind: Kind) => void): void {
  for (const kind of [purge, once]) {
    const property = fc.property(history(kind), happenings => {
      const moments = live(happenings, kind)
      moments.forEach((moment, index) => check(moment, moments.slice(0, index), kind))
    })
    fc.assert(property, { numRuns: 500 })
  }
}

describe('a job', () => {
  it('never leaves the state in which it ended, and asks for nothing more', () =>
    always(({ before, job, effects }) => {
      if (!isEnded(before)) return
      assert.equal(job, before)
      assert.deepEqual(effects, [])
    }))

  it('refuses the end of a run that ended it without having been heard, and answers one that was heard as it did then', () =>
    always(({ before, event, accepted }, earlier) => {
      if (!isEnded(before) || event.type !== 'end') return
      const words = earlier.filter(({ event: then, accepted }) => accepted && 'epoch' in then && then.epoch === before.epoch)
      const heard = words.map(({ event: then }) => then.type)
      if (heard.includes('end') || heard.includes('wait')) assert.equal(accepted, event.epoch === before.epoch)
      else if (!heard.includes('decline')) assert.ok(!accepted)
    }))

  it('gets a new epoch with each lease, and with nothing else', () =>
    always(({ before, event, job }) => {
      const first = event.type === 'claim' && job.state === 'offered' && before.state === 'queued'
      const leased = first || (event.type === 'offer again' && job !== before)
      assert.equal(job.epoch, before.epoch + (leased ? 1 : 0))
      if (leased) assert.ok(job.state === 'offered' && (first ? job.attempt === before.attempt + 1 : job.attempt === before.attempt))
    }))

  it('counts an attempt when it is leased, and gives it back only where no run came to its end', () =>
    always(({ before, event, job }) => {
      assert.ok(job.attempt >= 0 && job.attempt <= job.epoch && job.attempt <= purge.retry.attempts)
      if (job.attempt > before.attempt) assert.equal(job.attempt, before.attempt + 1)
      if (job.attempt > before.attempt) assert.ok(event.type === 'claim' || (before.state === 'queued' && before.held !== undefined))
      if (job.attempt < before.attempt) assert.ok(before.state === 'offered' || event.type === 'wait', before.state)
    }))

  it('refuses whatever comes with another epoch than its own, or from another agent than the one that has it', () =>
    always(({ before, event, job, accepted, effects }) => {
      if (!('epoch' in event)) return
      const holder = 'lease' in before ? before.lease.agentId : before.state === 'queued' ? before.held?.agentId : undefined
      if (event.epoch === before.epoch && (holder === undefined || holder === event.agentId)) return
      assert.deepEqual([job, accepted, effects], [before, false, []])
    }))

  it('knows the outcome of every epoch up to the last that it says so of', () =>
    always(({ before, event, job }, earlier) => {
      assert.ok(job.settled >= before.settled && job.settled <= job.epoch)
      if (job.settled > before.settled)
        assert.ok('epoch' in event && event.epoch === job.settled && ['decline', 'end', 'wait'].includes(event.type))
      // An agent that lost its journal says of all earlier leases that nobody will ever know.
      const isForgotten = event.type === 'decline' && event.code === 'job.lost'
      if (event.type !== 'decline' || isForgotten || job.settled === before.settled || before.settled === before.epoch - 1) return
      const silent = earlier.flatMap(({ job: then }) => (then.state === 'offered' && then.epoch > before.settled ? then.lease.agentId : []))
      assert.ok(event.unbegun && silent.every(agentId => agentId === event.agentId))
    }))

  it('is the same job all its life, with no more to it than its state has', () =>
    always(({ job }) => {
      const {
        attempt,
        epoch,
        settled,
        reason: _reason,
        touched: _touched,
        scattered: _scattered,
        child: _child,
        bill: _bill,
        state,
        ...rest
      } = job
      const { id, accountId, siteId, kind, input, origin, createdAt, queueDeadline: _deadline, ...own } = rest
      assert.deepEqual({ ...fresh, id, accountId, siteId, kind, input, origin, createdAt }, fresh)
      assert.ok(attempt <= epoch && settled <= epoch)
      const members: Readonly<Record<string, string>> = {
        queued: 'notBefore',
        offered: 'cancelling,lease',
        running: 'cancelling,lease,startedAt',
        waiting: 'childId',
      }
      const names = Object.keys(own).filter(name => state !== 'queued' || (name !== 'held' && name !== 'witness'))
      assert.equal(names.toSorted().join(), members[state] ?? 'end,finishedAt')
    }))

  it('costs what all its runs together cost, as far as their agents said so', () =>
    always((moment, earlier) => {
      if (isEnded(moment.before) || !isEnded(moment.job)) return
      const bills = [...earlier, moment].flatMap(({ before, event, job }) => {
        if (job === before) return []
        return (event.type === 'end' ? event.end.bill : event.type === 'wait' ? event.bill : undefined) ?? []
      })
      const cost = (name: keyof Bill): number[] => bills.map(bill => bill[name])
      const { bill } = moment.job.end
      assert.equal(bill?.wallMs, bills.length === 0 ? undefined : cost('wallMs').reduce((sum, each) => sum + each))
      assert.equal(bill?.savedBytes, bills.length === 0 ? undefined : cost('savedBytes').reduce((sum, each) => sum + each))
      assert.equal(bill?.peakRssBytes, bills.length === 0 ? undefined : Math.max(...cost('peakRssBytes')))
      assert.ok(!('bill' in moment.job))
    }))

  it('ends when it is cancelled, at once or as soon as its agent says so', () =>
    always(({ before, event, job, effects }) => {
      if (event.type !== 'cancel' || isEnded(before)) return
      if (before.state === 'running' || before.state === 'offered') {
        assert.ok((job.state === 'running' || job.state === 'offered') && job.cancelling)
        assert.deepEqual(effects, ['tell agent to cancel'])
      } else {
        assert.equal(job.state, 'cancelled')
        const held = before.state === 'queued' && before.held !== undefined
        assert.deepEqual(effects, before.state === 'waiting' ? ['cancel child'] : held ? ['tell agent to cancel'] : [])
      }
    }))

  it('is never tried again once its agent was asked to stop', () =>
    always(({ before, job }) => {
      const asked = (of: Job): boolean => (of.state === 'running' || of.state === 'offered') && of.cancelling
      if (asked(before)) assert.ok(isEnded(job) || asked(job))
    }))

  it('is tried again where it failed by what may pass, as often as its kind says, and nobody has to guess what was done', () =>
    always(({ before, event, job }, _earlier, { retry }) => {
      if (event.type !== 'end' || job === before || before.state === 'queued' || !('lease' in before)) return
      const { outcome, effect, error } = event.end
      const mayPass = outcome === 'failed' && error !== undefined && retry.codes.includes(error.code) && effect !== 'unknown'
      const again = mayPass && before.attempt < retry.attempts
      assert.equal(job.state, again ? (before.cancelling ? 'cancelled' : 'queued') : outcome)
      if (job.state === 'queued') assert.ok(job.held === undefined && job.attempt === before.attempt)
    }))

  it('has as long to be started again after a run or a child as it had at first, and no other reason gives it longer', () =>
    always(({ before, event, job, now }, earlier, { deadlines }) => {
      const isBack = (moment: Pick<Moment, 'before' | 'event' | 'job'>): boolean => {
        const { before, event, job } = moment
        if (job.state !== 'queued' || job === before) return false
        const isLost = event.type === 'tick' && before.state === 'running'
        return event.type === 'end' || event.type === 'resume' || isLost || (event.type === 'decline' && event.code === 'job.lost')
      }
      assert.ok(job.queueDeadline >= before.queueDeadline)
      if (!isBack({ before, event, job })) assert.equal(job.queueDeadline, before.queueDeadline)
      const backAt = earlier.findLast(isBack)?.now ?? 0
      if (!isEnded(before) && job.state === 'expired') assert.ok(now - backAt >= deadlines.queueMs)
    }))

  it('waits for the child that its agent asked for, and goes on with what became of that and no other', () =>
    always(({ before, event, job, now }) => {
      if (before.state !== 'waiting' && job.state === 'waiting') assert.ok(event.type === 'wait' && event.childId === job.childId)
      if (before.state !== 'waiting' || job === before || event.type === 'cancel') return
      assert.ok(event.type === 'resume' && event.child.jobId === before.childId && job.state === 'queued')
      assert.deepEqual([job.child, job.notBefore, job.attempt], [event.child, now, before.attempt])
    }))

  it('ends by the clock alone, whatever became of its agent, as long as the child that it waits for ends', () => {
    const property = fc.property(history(purge), happenings => {
      const moments = live(happenings)
      let job = last(moments)
      let now = (moments.at(-1)?.now ?? 0) + purge.deadlines.queueMs
      for (let tick = 0; tick < 4 && !isEnded(job); tick += 1) {
        if (job.state === 'waiting') job = at(job, { type: 'resume', child: { jobId: job.childId, state: 'expired' } }, now).job
        job = at(job, { type: 'tick' }, (now += purge.deadlines.queueMs)).job
      }
      assert.ok(isEnded(job), job.state)
    })
    fc.assert(property, { numRuns: 500 })
  })

  it('says that nothing was changed only where each agent that was given it said so', () =>
    always(({ before, event, job }, earlier) => {
      if (isEnded(before) || !isEnded(job) || job.end.effect !== 'none') return
      for (const { before, event, job: then } of earlier) {
        if (!('lease' in before) || 'lease' in then) continue
        const said = event.type === 'end' ? event.end.effect : event.type === 'wait' ? event.effect : undefined
        assert.ok(event.type === 'decline' || said === 'none', event.type)
      }
      assert.ok(job.state !== 'expired' || before.state === 'queued' || event.type === 'decline')
    }))

  it('is never tried again on a guess: a run that may have done what can’t be repeated is the last one', () =>
    always(({ before, event, job }) => {
      const guess = event.type === 'end' && event.end.effect === 'unknown' && job !== before
      if (guess) assert.ok(isEnded(job))
    }))

  it('that must not be done twice is given to nobody else once an agent had it and has not said what it did', () =>
    always(({ before, event, job }, earlier, { retry }) => {
      if (event.type !== 'claim' || before.state !== 'queued' || job === before || retry.codes.includes('job.lost')) return
      const holders = earlier.flatMap(({ job: then }) =>
        then.state === 'offered' && then.epoch > before.settled ? then.lease.agentId : [],
      )
      const isKnown = holders.every(agentId => agentId === event.agentId)
      assert.equal(job.state, isKnown ? 'offered' : 'failed')
      if (isEnded(job)) assert.deepEqual([job.end.error?.code, job.end.effect], ['job.lost', 'unknown'])
    }))
})

describe('the lives that these laws are tried on', () => {
  const lives = [purge, once].flatMap(kind =>
    fc.sample(history(kind), { numRuns: 1_000, seed: 1 }).map(happenings => live(happenings, kind)),
  )
  const moments = lives.flat()
  const known = moments.filter(({ before }) => !isEnded(before))

  it('take every way out of every state', () => {
    const edge = ({ before, event, job }: Moment): string => `${before.state}, ${event.type}: ${job.state}`
    const seen = new Set(known.filter(({ before, job }) => job !== before).map(edge))
    const missing = ways
      .flatMap(([state, event, ...states]) => states.map(next => `${state}, ${event}: ${next}`))
      .filter(way => !seen.has(way))
    assert.deepEqual(missing, [])
    assert.deepEqual(new Set(moments.flatMap(({ effects }) => effects)), new Set(['tell agent to cancel', 'cancel child']))
  })

  it('bring every event to every state, of which those that fit are most and some do not', () => {
    const met = new Set(moments.map(({ before, event }) => `${before.state}, ${event.type}`))
    const events = new Set(moments.map(({ event }) => event.type))
    const states = new Set(moments.map(({ before }) => before.state))
    assert.deepEqual([met.size, events.size, states.size], [11 * 8, 11, 8])
    const fitting = known.filter(({ accepted }) => accepted).length / known.length
    assert.ok(fitting > 0.7 && fitting < 0.95, `${fitting}`)
  })

  it('go as far as the last attempt, and over many leases', () => {
    assert.ok(moments.some(({ job }) => job.state === 'running' && job.attempt === purge.retry.attempts))
    assert.ok(moments.some(({ job }) => job.epoch > 8))
  })
})

/** Each state, an event that it knows, and where that leads. */
const ways: readonly (readonly [state: Job['state'], event: JobEvent['type'], ...next: Job['state'][]])[] = [
  ['queued', 'claim', 'offered', 'failed'],
  ['queued', 'cancel', 'cancelled'],
  ['queued', 'supersede', 'cancelled'],
  ['queued', 'tick', 'expired'],
  ['queued', 'accept', 'running'],
  ['queued', 'renew', 'running'],
  ['queued', 'end', 'queued', 'failed'],
  ['queued', 'wait', 'waiting'],
  ['offered', 'accept', 'running'],
  ['offered', 'renew', 'running'],
  ['offered', 'offer again', 'offered'],
  ['offered', 'decline', 'queued', 'failed', 'cancelled'],
  ['offered', 'end', 'queued', 'succeeded', 'failed', 'cancelled'],
  ['offered', 'wait', 'waiting'],
  ['offered', 'cancel', 'offered'],
  ['offered', 'tick', 'queued', 'expired'],
  ['running', 'renew', 'running'],
  ['running', 'end', 'queued', 'succeeded', 'failed', 'cancelled'],
  ['running', 'wait', 'waiting', 'cancelled'],
  ['running', 'cancel', 'running'],
  ['running', 'tick', 'queued', 'failed'],
  ['waiting', 'resume', 'queued'],
  ['waiting', 'cancel', 'cancelled'],
]
