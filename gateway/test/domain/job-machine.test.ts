import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { ErrorCode } from '@platen/protocol'
import { localSilenceMs, runDeadline } from '../../src/domain/due.ts'
import { isEnded, type Job } from '../../src/domain/job.ts'
import type { AgentEvent, JobEvent } from '../../src/domain/job-event.ts'
import { transition } from '../../src/domain/job-machine.ts'
import { backoffMs } from '../../src/domain/retry.ts'
import { at, fresh, last, live } from './job-history.ts'
import { once, purge } from './job-moves.ts'

/** Where the events lead, a millisecond apart. */
function after(...events: readonly JobEvent[]): Job {
  return last(live(events.map(event => ({ afterMs: 1, event }))))
}

const claim = { type: 'claim', agentId: 'agent_1', leaseMs: 90_000 } as const
const ours = { epoch: 1, agentId: 'agent_1' } as const
const accept = { type: 'accept', ...ours, leaseMs: 90_000 } as const
const noPhp = { outcome: 'failed', effect: 'none', error: { code: 'php.unavailable', message: 'no PHP' } } as const
const done = { outcome: 'succeeded', effect: 'applied', result: { summary: 'Done' } } as const

describe('a queued job', () => {
  it('is not leased before its time', () => {
    const later = { ...fresh, notBefore: 10 }
    assert.equal(at(later, claim, 9).accepted, false)
    assert.equal(at(later, claim, 10).job.state, 'offered')
  })

  it('is leased to one of two that ask', () => {
    const first = at(fresh, claim, 1)
    assert.equal(first.job.state, 'offered')
    assert.equal(at(first.job, { ...claim, agentId: 'agent_2' }, 1).accepted, false)
  })

  it('expires at its deadline, and not before', () => {
    assert.equal(at(fresh, { type: 'tick' }, fresh.queueDeadline - 1).job, fresh)
    const expired = at(fresh, { type: 'tick' }, fresh.queueDeadline).job
    assert.ok(expired.state === 'expired' && expired.end.error?.code === 'job.expired' && expired.end.effect === 'none')
  })
})

describe('an offered job', () => {
  it('goes back to the queue when nobody answers, with the attempt unused', () => {
    const offered = after(claim)
    assert.equal(at(offered, { type: 'tick' }, 90_000).job, offered)
    const back = at(offered, { type: 'tick' }, 90_001).job
    assert.deepEqual([back.state, back.attempt, back.epoch], ['queued', 0, 1])
  })

  it('waits as long as a decline asks for, and fails where it asks for nothing', () => {
    const busy = { type: 'decline', ...ours, code: 'agent.busy', message: 'busy' } as const
    const paused = at(after(claim), { ...busy, retryAfterMs: 5_000 }, 10).job
    assert.ok(paused.state === 'queued' && paused.notBefore === 5_010 && paused.reason?.code === 'agent.busy')
    const failed = at(after(claim), { ...busy, code: 'policy.denied' }, 10).job
    assert.ok(failed.state === 'failed' && failed.end.error?.code === 'policy.denied')
  })

  it('may have begun at an agent whose answer is on its way, so that a deadline waits for its lease, and leaves its effect unknown', () => {
    const offered = { ...after(claim), queueDeadline: 5 }
    assert.equal(at(offered, { type: 'tick' }, 5).job, offered)
    const expired = at(offered, { type: 'tick' }, 90_001).job
    assert.ok(expired.state === 'expired' && expired.end.effect === 'unknown')
  })

  it('ends by a result whose accept was lost', () => {
    const job = after(claim, { type: 'end', ...ours, end: done })
    assert.ok(job.state === 'succeeded' && job.end.effect === 'applied')
  })
})

describe('an offered job past its queue deadline', () => {
  const late = { ...after(claim), queueDeadline: 50 }

  it('is not put off by an agent that declines it for ever', () => {
    const busy = { type: 'decline', ...ours, code: 'agent.busy', message: 'busy', retryAfterMs: 1_000 } as const
    assert.equal(at(late, busy, 49).job.state, 'queued')
    const { job } = at(late, busy, 50)
    assert.ok(job.state === 'expired' && job.end.effect === 'none' && job.reason?.code === 'agent.busy')
  })

  it('is not leased anew, however often its agent comes back without a word about it', () => {
    const again = { type: 'offer again', ...ours, leaseMs: 90_000 } as const
    assert.equal(at(late, again, 49).accepted, true)
    assert.deepEqual(at(late, again, 50), { job: late, accepted: false, effects: [] })
  })
})

describe('an offered job whose connection was lost', () => {
  const again = { type: 'offer again', ...ours, leaseMs: 90_000 } as const
  const busy = { type: 'decline', ...ours, code: 'agent.unavailable', message: 'gone', retryAfterMs: 1_000 } as const

  it('is leased anew to the same agent, as the same attempt, so that the old connection can’t take it back any more', () => {
    const { job } = at(after(claim), again, 50)
    assert.deepEqual([job.state, job.attempt, job.epoch, job.settled], ['offered', 1, 2, 0])
    assert.equal(at(job, busy, 60).job, job)
    assert.equal(at(job, { ...accept, epoch: 2 }, 60).job.state, 'running')
  })

  it('is not leased anew where it was taken back before, or is running', () => {
    const back = after(claim, busy)
    assert.equal(at(back, again, 50).job, back)
    const running = after(claim, accept)
    assert.equal(at(running, again, 50).job, running)
  })
})

describe('a running job', () => {
  it('is tried again as often as its kind says, and then fails with the last error', () => {
    let job: Job = fresh
    for (let attempt = 1, now = 0; attempt <= purge.retry.attempts; attempt += 1, now += 120_000) {
      job = at(at(job, claim, now).job, { ...accept, epoch: attempt }, now).job
      assert.deepEqual([job.state, job.attempt], ['running', attempt])
      job = at(job, { type: 'end', ...ours, epoch: attempt, end: noPhp }, now).job
    }
    assert.ok(job.state === 'failed' && job.end.error?.code === 'php.unavailable')
  })

  it('is cancelled where another try would have followed and somebody wants it to stop, with no error and what was done', () => {
    const end = { type: 'end', ...ours, end: noPhp } as const
    const stopped = after(claim, accept, { type: 'cancel' }, end)
    assert.ok(stopped.state === 'cancelled')
    assert.deepEqual([stopped.end.effect, stopped.end.error], ['none', undefined])
    const broken = { outcome: 'failed', effect: 'none', error: { code: 'php.failed', message: 'broken' } } as const
    assert.equal(after(claim, accept, { type: 'cancel' }, { ...end, end: broken }).state, 'failed')
  })

  it('is tried again when its agent is lost, and the lost run may have changed the site', () => {
    const back = at(after(claim, accept), { type: 'tick' }, 90_002).job
    assert.ok(back.state === 'queued' && back.reason?.code === 'job.lost' && back.attempt === 1)
    const cancelled = at(back, { type: 'cancel' }, 90_003).job
    assert.ok(cancelled.state === 'cancelled' && cancelled.end.effect === 'unknown')
    const expired = at(back, { type: 'tick' }, back.queueDeadline).job
    assert.ok(expired.state === 'expired' && expired.end.effect === 'unknown')
    const denied = at(
      at(back, claim, 200_000).job,
      { type: 'decline', ...ours, epoch: 2, code: 'policy.denied', message: 'no' },
      200_001,
    ).job
    assert.ok(denied.state === 'failed' && denied.end.effect === 'unknown')
  })

  it('that is tried again does not expire for having been queued long before, and has as long again to be started', () => {
    const late = fresh.queueDeadline + 60_000
    const running = { ...after(claim, accept), startedAt: late - 90_000, lease: { agentId: 'agent_1', expiresAt: late } } as Job
    for (const back of [at(running, { type: 'end', ...ours, end: noPhp }, late).job, at(running, { type: 'tick' }, late).job]) {
      assert.ok(back.state === 'queued' && back.queueDeadline === back.notBefore + purge.deadlines.queueMs)
      assert.equal(at(back, { type: 'tick' }, late + 1).job, back)
    }
  })

  it('is given up at its deadline by however lively an agent, and not before', () => {
    const running = at(after(claim), accept, 1_000).job
    assert.ok(running.state === 'running')
    const deadline = runDeadline(running, purge)
    const renewed = at(running, { type: 'renew', ...ours, leaseMs: 90_000 }, deadline - 1).job
    assert.equal(at(renewed, { type: 'tick' }, deadline - 1).job, renewed)
    const { job, effects } = at(renewed, { type: 'tick' }, deadline)
    assert.ok(job.state === 'failed' && job.end.error?.code === 'job.deadline' && job.end.effect === 'unknown')
    assert.deepEqual(effects, ['tell agent to cancel'])
  })

  it('answers a result that comes twice like the first one, and keeps the first', () => {
    const job = after(claim, accept, { type: 'end', ...ours, end: done })
    const again = at(job, { type: 'end', ...ours, end: noPhp }, 10)
    assert.deepEqual([again.accepted, again.job], [true, job])
  })
})

describe('a job that the clock has ended', () => {
  const late = { type: 'end', ...ours, end: done } as const
  const over: Readonly<Record<string, Job>> = {
    'by its deadline': at(at(after(claim), accept, 1).job, { type: 'tick' }, 3_600_000).job,
    'by the loss of its agent': at(at(at(fresh, claim, 0).job, accept, 1).job, { type: 'tick' }, 90_001, once).job,
    'before it was accepted': at(at(after(claim), { type: 'cancel' }, 2).job, { type: 'tick' }, 90_001).job,
    'in the queue': at(at(after(claim), { type: 'tick' }, 90_001).job, { type: 'tick' }, fresh.queueDeadline).job,
  }
  for (const [how, job] of Object.entries(over))
    it(`${how} refuses the end that comes too late`, () => {
      assert.ok(isEnded(job) && job.end.effect === 'unknown')
      assert.deepEqual(at(job, late, fresh.queueDeadline + 1), { job, accepted: false, effects: [] })
    })

  it('still answers what it heard before', () => {
    const again = after(claim, accept, { ...late, end: noPhp })
    const { job } = at(again, { type: 'tick' }, again.queueDeadline)
    assert.ok(job.state === 'expired')
    assert.deepEqual(at(job, { ...late, end: noPhp }, again.queueDeadline + 1), { job, accepted: true, effects: [] })
  })
})

describe('a job whose agent fell silent', () => {
  const silent = at(after(claim), { type: 'tick' }, 90_001).job
  const word = (event: Pick<AgentEvent, 'epoch' | 'agentId'>): JobEvent => ({ type: 'end', ...event, end: done })

  it('is ended by that agent as long as no other lease was given', () => {
    const job = at(silent, word(ours), 95_000).job
    assert.ok(job.state === 'succeeded' && job.attempt === 1 && job.end.effect === 'applied')
    assert.equal(at(silent, word({ ...ours, agentId: 'agent_2' }), 95_000).accepted, false)
    const leased = at(silent, claim, 95_000).job
    assert.equal(at(leased, word(ours), 95_001).accepted, false)
    assert.equal(at(leased, word({ ...ours, epoch: 2 }), 95_001).job.state, 'succeeded')
  })

  it('goes on running there when that agent renews, with the attempt that it was', () => {
    const job = at(silent, { type: 'renew', ...ours, leaseMs: 90_000 }, 95_000).job
    assert.deepEqual([job.state, job.attempt, job.epoch], ['running', 1, 1])
  })

  it('is asked to stop there when it is cancelled meanwhile', () => {
    assert.deepEqual(at(silent, { type: 'cancel' }, 95_000).effects, ['tell agent to cancel'])
  })

  it('still waits for the word on an epoch that fell silent when a later offer never left the gateway', () => {
    const gone = { type: 'decline', ...ours, epoch: 2, code: 'agent.unavailable', message: 'gone', retryAfterMs: 1_000 } as const
    const job = last(live([claim, { type: 'tick' } as const, claim, gone].map(event => ({ afterMs: claim.leaseMs, event }))))
    assert.deepEqual([job.state, job.epoch, job.settled], ['queued', 2, 0])
  })

  it('answers what it heard of a settled epoch as it did then', () => {
    const again = after(claim, accept, { type: 'end', ...ours, end: noPhp })
    assert.deepEqual([again.state, again.settled], ['queued', 1])
    assert.deepEqual(at(again, { type: 'end', ...ours, end: noPhp }, 10), { job: again, accepted: true, effects: [] })
  })
})

describe('a job that must not be done twice, whose agent fell silent', () => {
  const other = { ...claim, agentId: 'agent_2' }
  const gone = { type: 'decline', ...ours, epoch: 2, code: 'agent.unavailable', message: 'gone', retryAfterMs: 1_000 } as const
  const silent = last(
    live(
      [claim, { type: 'tick' } as const].map(event => ({ afterMs: claim.leaseMs, event })),
      once,
    ),
  )

  it('waits for that agent, whose journal tells whether it was begun', () => {
    const job = at(silent, claim, 200_000, once).job
    assert.deepEqual([job.state, job.attempt, job.epoch, job.settled], ['offered', 1, 2, 0])
  })

  it('ends where another one asks for it, since nobody can say what was done', () => {
    const { job, accepted } = at(silent, other, 200_000, once)
    assert.ok(accepted && job.state === 'failed' && job.end.error?.code === 'job.lost' && job.end.effect === 'unknown')
    assert.equal(at(silent, other, 200_000, purge).job.state, 'offered')
  })

  it('waits for it also where a later offer never left the gateway, and ends then as well where another one asks', () => {
    const back = at(at(silent, claim, 200_000, once).job, gone, 200_001, once).job
    assert.deepEqual([back.state, back.epoch, back.settled], ['queued', 2, 0])
    assert.equal(at(back, claim, 300_000, once).job.state, 'offered')
    assert.equal(at(back, other, 300_000, once).job.state, 'failed')
  })

  it('is anybody’s where that agent says that it never began it', () => {
    const again = at(silent, claim, 200_000, once).job
    const busy = { ...gone, code: 'agent.busy', unbegun: true } as const
    const job = at(again, busy, 200_001, once).job
    assert.deepEqual([job.state, job.epoch, job.settled], ['queued', 2, 2])
    assert.equal(at(job, other, 300_000, once).job.state, 'offered')
  })

  it('is not done by then where that is the word of one of two that fell silent', () => {
    const another = last(
      live([claim, { type: 'tick' } as const, other, { type: 'tick' } as const, other].map(event => ({ afterMs: claim.leaseMs, event }))),
    )
    const busy = { ...gone, agentId: 'agent_2', epoch: 3, code: 'agent.busy', unbegun: true } as const
    assert.equal(at(another, busy, 900_000).job.settled, 0)
  })

  it('is anybody’s where each offer of it was declined', () => {
    const declined = at(at(fresh, claim, 1, once).job, { ...gone, epoch: 1 }, 2, once).job
    assert.equal(at(declined, other, 300_000, once).job.state, 'offered')
  })
})

describe('a job that waits for a child', () => {
  const wait = { type: 'wait', ...ours, childId: 'job_2', effect: 'applied' } as const
  const parent = after(claim, accept, wait)

  it('has no lease, and goes on as the same attempt with what became of the child', () => {
    assert.deepEqual([parent.state, 'lease' in parent], ['waiting', false])
    const child = { jobId: 'job_2', state: 'failed', error: { code: 'page.stale', message: 'old' } } as const
    const again = at(parent, { type: 'resume', child }, 50).job
    assert.ok(again.state === 'queued' && again.notBefore === 50)
    const leased = at(again, claim, 60).job
    assert.deepEqual([leased.state, leased.attempt, leased.epoch, leased.child], ['offered', 1, 2, child])
  })

  it('goes on however long the child took', () => {
    const late = fresh.queueDeadline + 60_000
    const again = at(parent, { type: 'resume', child: { jobId: 'job_2', state: 'succeeded' } }, late).job
    assert.equal(at(again, { type: 'tick' }, late + 1).job, again)
    assert.equal(at(again, { type: 'tick' }, late + purge.deadlines.queueMs).job.state, 'expired')
  })

  it('does not go on because of another job', () => {
    assert.equal(at(parent, { type: 'resume', child: { jobId: 'job_9', state: 'succeeded' } }, 50).job, parent)
  })

  it('takes its child along when it is cancelled, and remembers what was done before', () => {
    const { job, effects } = at(parent, { type: 'cancel' }, 50)
    assert.ok(job.state === 'cancelled' && job.end.effect === 'unknown')
    assert.deepEqual(effects, ['cancel child'])
  })

  it('answers the same wish twice, and makes it once', () => {
    assert.deepEqual(at(parent, { ...wait, childId: 'job_3' }, 50), { job: parent, accepted: true, effects: [] })
  })
})

describe('a job that was made at its site', () => {
  it('is waited for as long as its agent may be away, however short its kind’s deadline is, and then it is lost', () => {
    const lease = { agentId: 'agent_1', expiresAt: localSilenceMs }
    const { notBefore: _notBefore, ...made } = fresh
    const job: Job = { ...made, origin: 'owner', state: 'running', startedAt: 0, cancelling: false, lease }
    assert.equal(at(job, { type: 'tick' }, localSilenceMs - 1).job, job)
    const lost = at(job, { type: 'tick' }, localSilenceMs).job
    assert.ok(lost.state === 'failed' && lost.end.error?.code === 'job.lost' && lost.end.effect === 'unknown')
  })
})

describe('an owner’s say', () => {
  it('ends a job that the owner does not want, with the code that tells so', () => {
    const job = after(claim, { type: 'decline', ...ours, code: 'owner.vetoed', message: 'Not on my site.' })
    assert.ok(job.state === 'cancelled' && job.end.error?.code === 'owner.vetoed' && job.end.effect === 'none')
  })

  it('puts a job off with its reason, and uses up no attempt', () => {
    const job = after(claim, { type: 'decline', ...ours, code: 'agent.busy', message: 'Quiet hours.', retryAfterMs: 60_000 })
    assert.ok(job.state === 'queued' && job.attempt === 0 && job.notBefore > 60_000 && job.reason?.message === 'Quiet hours.')
  })
})

describe('a job whose agent has lost its journal', () => {
  const forgotten = { type: 'decline', epoch: 2, agentId: 'agent_1', code: 'job.lost', message: 'Who knows.' } as const
  const offered = after(claim, { type: 'offer again', ...ours, leaseMs: 90_000 })
  const lost = (codes: readonly ErrorCode[]): Job =>
    transition(offered, forgotten, { now: 10, kind: { ...purge, retry: { ...purge.retry, codes } }, random: 0.5 }).job

  it('ends with an effect that nobody knows', () => {
    const job = lost([])
    assert.ok(job.state === 'failed' && job.end.effect === 'unknown' && job.end.error?.code === 'job.lost')
  })

  it('is tried again where its kind may be, and no lease before counts any more', () => {
    const job = lost(['job.lost'])
    assert.ok(job.state === 'queued' && job.attempt === 1 && job.settled === 2 && job.touched)
  })
})

describe('the pause before another try', () => {
  it('is anything up to a window that doubles, never over the cap', () => {
    const bounds = { firstMs: 2_000, capMs: 60_000 }
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempt, random) => {
        const pause = backoffMs(attempt, bounds, random)
        assert.ok(Number.isInteger(pause) && pause >= 0 && pause <= Math.min(60_000, 2_000 * 2 ** (attempt - 1)))
      }),
    )
    assert.equal(backoffMs(2, bounds, 0.5), 2_000)
  })
})
