import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { limits, type AgentFrame } from '@platen/protocol'
import { agentFrameValidators } from '@platen/protocol/validators/agent-frames'
import type { Run } from '../../src/domain/run.ts'
import { openJournal } from '../../src/journal/sqlite-journal.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Offered, RunNews } from '../../src/ports/jobs.ts'
import type { Journal } from '../../src/ports/journal.ts'
import type { WorkOutcome } from '../../src/ports/workers.ts'
import { noWishes } from '../../src/domain/owner-say.ts'
import { jsonLog } from '../../src/system/json-log.ts'
import { localTimeIn } from '../../src/system/local-time.ts'
import { Runs } from '../../src/work/runs.ts'
import { SiteOwner } from '../../src/work/site-owner.ts'
import { HandWorkers } from '../support/hand-workers.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { testInputs, testKinds } from '../support/test-kinds.ts'
import { testPolicy } from '../support/test-policy.ts'

/** A clock that stands still until it is told to go on. */
class HandClock implements Clock {
  #now = 1_795_000_000_000
  #passed = 0
  #timers: { at: number; call: () => void }[] = []
  now(): number {
    return this.#now
  }
  monotonic(): number {
    return this.#passed
  }
  /** Somebody sets the clock, and no time passes. */
  jump(ms: number): void {
    this.#now += ms
  }
  random(): number {
    return 0.5
  }
  after(ms: number, call: () => void): () => void {
    const timer = { at: this.#passed + ms, call }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter(other => other !== timer)
    }
  }
  goOn(ms: number): void {
    this.#now += ms
    this.#passed += ms
    const due = this.#timers.filter(timer => timer.at <= this.#passed)
    this.#timers = this.#timers.filter(timer => timer.at > this.#passed)
    for (const timer of due) timer.call()
  }
}

const bill = { cpuMs: 1, peakRssBytes: 1, wallMs: 1, readBytes: 1, writtenBytes: 1, savedBytes: 1 }
const success: WorkOutcome = { outcome: 'succeeded', effect: 'applied', result: { summary: 'done' }, bill }
/** An offer whose gateway knows what became of every lease before it. */
const offer = (attempt: number, epoch: number, jobId = 'job_01936f0e-7b2c-7d3e-8f4a-5b6c7d8e9f00'): Offered => ({
  jobId,
  kind: 'test.light',
  input: {},
  attempt,
  epoch,
  settled: epoch - 1,
  runMs: 1_000,
})

interface Bench {
  readonly runs: Runs
  readonly owner: SiteOwner
  readonly journal: Journal
  readonly workers: HandWorkers
  readonly clock: HandClock
  readonly news: RunNews[]
  /** The same site after a crash of its agent. */
  readonly crash: () => Bench
}

function bench(test: TestContext, reports = true, file = join(tempFolder(test), 'journal.db'), policy = testPolicy('/srv')): Bench {
  const journal = openJournal(file)
  const workers = new HandWorkers()
  const clock = new HandClock()
  const kinds = new Map(testKinds.map(kind => [kind.name, kind]))
  const log = jsonLog('test', () => {})
  const owner = new SiteOwner({ policy, journal, clock, localTimeIn, log })
  const runs = new Runs({ journal, workers, owner, policy, kinds, inputs: testInputs, reports, clock, log })
  const news: RunNews[] = []
  runs.subscribe(item => news.push(item))
  let open = true
  const close = (): void => {
    if (open) journal.close()
    open = false
  }
  test.after(close)
  const crash = (): Bench => {
    close()
    return bench(test, reports, file, policy)
  }
  return { runs, owner, journal, workers, clock, news, crash }
}

const soon = (): Promise<void> => new Promise(setImmediate)
const frames = (journal: Journal): readonly AgentFrame[] => journal.outbox(100).map(item => item.frame)

describe('offers', () => {
  it('are accepted once they are journaled, and reported when they end', async test => {
    const { runs, journal, workers } = bench(test)
    assert.equal(runs.offer(offer(1, 1)), 'accepted')
    assert.deepEqual(runs.running(), [{ jobId: offer(1, 1).jobId, attempt: 1, epoch: 1 }])
    await soon()
    workers.started[0]?.end(success)
    await soon()
    assert.deepEqual(runs.running(), [])
    const [frame] = frames(journal)
    assert.ok(agentFrameValidators['job.result']?.(frame), JSON.stringify(frame))
    assert.equal(frame?.type === 'job.result' && frame.outcome, 'succeeded')
  })

  it('are accepted again under the same fence without running twice', async test => {
    const { runs, workers } = bench(test)
    runs.offer(offer(1, 1))
    assert.equal(runs.offer(offer(1, 1)), 'accepted')
    await soon()
    assert.equal(workers.started.length, 1)
  })

  it('are refused when they were taken and have ended, or are older', async test => {
    const { runs, workers } = bench(test)
    runs.offer(offer(2, 5))
    await soon()
    workers.started[0]?.end(success)
    await soon()
    assert.deepEqual((runs.offer(offer(2, 5)) as { code: string }).code, 'grant.replayed')
    assert.deepEqual((runs.offer(offer(1, 4)) as { code: string }).code, 'job.stale_epoch')
  })

  it('wait until an older attempt is over, which they stop', async test => {
    const { runs, workers } = bench(test)
    runs.offer(offer(1, 1))
    await soon()
    const refused = runs.offer(offer(2, 2))
    assert.ok(typeof refused === 'object' && refused.code === 'agent.busy' && refused.retryAfterMs !== undefined)
    assert.equal(workers.started[0]?.cancelled, 'cancelled')
    workers.started[0]?.end({ outcome: 'cancelled', effect: 'none', bill })
    await soon()
    assert.equal(runs.offer(offer(2, 2)), 'accepted')
  })

  it('are refused with the reason that keeps them from running here', test => {
    const { runs } = bench(test)
    const code = (changes: object): string => (runs.offer({ ...offer(1, 1), ...changes }) as { code: string }).code
    assert.equal(code({ kind: 'no.such' }), 'kind.unknown')
    assert.equal(code({ attempt: 0, epoch: 0 }), 'input.invalid')
    assert.equal(code({ input: { bad: 1 } }), 'input.invalid')
    assert.equal(code({ input: { text: 'x'.repeat(limits.job.inputBytes) } }), 'input.too_large')
  })

  it('are refused for now when there is too much to do', test => {
    const { runs } = bench(test)
    const id = (index: number): string => `job_01936f0e-7b2c-7d3e-8f4a-${String(index).padStart(12, '0')}`
    let refused: unknown = 'accepted'
    let taken = 0
    while (refused === 'accepted' && taken < 100) {
      refused = runs.offer(offer(1, 1, id(taken)))
      if (refused === 'accepted') taken += 1
    }
    assert.ok(taken >= 32 && taken <= 64, `${taken} taken`)
    assert.deepEqual((refused as { code: string }).code, 'agent.busy')
  })

  it('whose older lease the gateway has not heard of take up what was begun under that, and do not run it twice', async test => {
    const { runs, journal, workers } = bench(test)
    runs.offer(offer(1, 1))
    await soon()
    assert.equal(runs.offer({ ...offer(1, 2), settled: 0 }), 'accepted')
    assert.equal(workers.started.length, 1)
    assert.equal(workers.started[0]?.cancelled, undefined)
    assert.deepEqual(runs.running(), [{ jobId: offer(1, 1).jobId, attempt: 1, epoch: 2 }])
    workers.started[0]?.end(success)
    await soon()
    const [frame] = frames(journal)
    assert.equal(frame?.type === 'job.result' && frame.epoch, 2)
  })

  it('whose older lease has ended here unheard report that end under the newer one', async test => {
    const { runs, journal, workers } = bench(test)
    runs.offer(offer(1, 1))
    await soon()
    workers.started[0]?.end(success)
    await soon()
    assert.equal(runs.offer({ ...offer(1, 2), settled: 0 }), 'accepted')
    await soon()
    assert.equal(workers.started.length, 1)
    assert.deepEqual(
      frames(journal).map(frame => frame.type === 'job.result' && [frame.epoch, frame.outcome]),
      [[2, 'succeeded']],
    )
  })

  it('that were cancelled before they came are not taken', async test => {
    const { runs, workers } = bench(test)
    assert.equal(runs.cancel(offer(1, 3).jobId, { attempt: 1, epoch: 3 }), 'unknown')
    assert.deepEqual((runs.offer(offer(1, 3)) as { code: string }).code, 'job.cancelled')
    await soon()
    assert.equal(workers.started.length, 0)
    assert.equal(runs.offer(offer(1, 4)), 'accepted')
  })

  it('are cancelled by their present fence only', async test => {
    const { runs, workers } = bench(test)
    runs.offer(offer(1, 3))
    await soon()
    assert.equal(runs.cancel(offer(1, 3).jobId, { attempt: 1, epoch: 2 }), 'ended')
    assert.equal(workers.started[0]?.cancelled, undefined)
    assert.equal(runs.cancel(offer(1, 3).jobId, { attempt: 1, epoch: 3 }), 'stopping')
    assert.equal(workers.started[0]?.cancelled, 'cancelled')
  })
})

describe('jobs of the site', () => {
  it('are told to the gateway in the commit that makes them, and their result in the one that ends them', async test => {
    const { runs, journal, workers } = bench(test)
    const { jobId } = runs.create('test.light', { a: 1 }, 'owner')
    assert.deepEqual(
      frames(journal).map(frame => frame.type),
      ['job.created'],
    )
    await soon()
    workers.started[0]?.end(success)
    await soon()
    assert.deepEqual(
      frames(journal).map(frame => frame.type),
      ['job.created', 'job.result'],
    )
    for (const frame of frames(journal)) assert.ok(agentFrameValidators[frame.type]?.(frame), JSON.stringify(frame))
    assert.equal(runs.find(jobId)?.state, 'ended')
  })

  it('leave nothing for a gateway where there is none', async test => {
    const { runs, journal, workers } = bench(test, false)
    runs.create('test.light', {}, 'owner')
    await soon()
    workers.started[0]?.end(success)
    await soon()
    assert.deepEqual(frames(journal), [])
  })

  it('are no leases to renew', test => {
    const { runs } = bench(test)
    runs.create('test.light', {}, 'event')
    assert.deepEqual(runs.running(), [])
    assert.equal(runs.unfinished(), 1)
  })

  it('expire when their turn does not come in time', async test => {
    const { runs, workers, clock } = bench(test)
    runs.create('test.heavy', {}, 'owner')
    await soon()
    const late = runs.create('test.heavy', {}, 'owner')
    clock.goOn(60_001)
    workers.started[0]?.end(success)
    await soon()
    const run = runs.find(late.jobId)
    assert.equal(run?.state === 'ended' && run.end.outcome === 'failed' && run.end.error?.code, 'job.expired')
    assert.equal(workers.started.length, 1)
  })
})

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

describe('a crash of the agent', () => {
  it('loses what ran, says so once, and starts what had waited', async test => {
    const before = bench(test)
    const first = before.runs.create('test.heavy', {}, 'owner')
    await soon()
    const second = before.runs.create('test.heavy', {}, 'owner')
    assert.equal(before.workers.started[0]?.listener.step('write', 'not repeatable', 'begun'), true)
    const after = before.crash()
    await soon()
    const lost = after.runs.find(first.jobId)
    assert.equal(lost?.state === 'ended' && lost.end.outcome === 'failed' && lost.end.error?.code, 'job.lost')
    assert.equal(lost?.state === 'ended' && lost.end.effect, 'unknown')
    assert.equal(after.runs.find(second.jobId)?.state, 'running')
    assert.deepEqual(
      frames(after.journal)
        .filter(frame => frame.type === 'job.result')
        .map(frame => frame.type === 'job.result' && frame.jobId),
      [first.jobId],
    )
  })
})

describe('a newer build of the agent', () => {
  it('ends what an older one took and it does not know', async test => {
    const { journal, crash } = bench(test)
    const { jobId } = offer(1, 1)
    const { settled: _settled, ...identity } = offer(1, 1)
    const old: Run = { ...identity, kind: 'old.kind', origin: 'platform', createdAt: 1, state: 'accepted' }
    journal.save(old)
    const after = crash()
    const run = after.runs.find(jobId)
    assert.equal(run?.state === 'ended' && run.end.outcome === 'failed' && run.end.error?.code, 'kind.unknown')
    assert.equal(after.journal.waiting(), 1)
    await soon()
    assert.equal(after.runs.unfinished(), 0)
  })
})

describe('a journal that fails', () => {
  it('keeps a step from beginning', async test => {
    const { runs, journal, workers } = bench(test)
    runs.create('test.light', {}, 'owner')
    await soon()
    test.mock.method(journal, 'step', () => {
      throw new Error('the disk is gone')
    })
    assert.equal(workers.started[0]?.listener.step('write', 'idempotent', 'begun'), false)
    assert.equal(workers.started[0]?.cancelled, 'journal')
  })

  it('does not lose a result: it is saved as soon as that works again', async test => {
    const { runs, journal, workers, clock } = bench(test)
    const { jobId } = runs.create('test.light', {}, 'owner')
    await soon()
    const save = test.mock.method(journal, 'save', () => {
      throw new Error('the disk is full')
    })
    workers.started[0]?.end(success)
    await soon()
    assert.equal(journal.find(jobId)?.state, 'running')
    save.mock.restore()
    clock.goOn(5_000)
    assert.equal(journal.find(jobId)?.state, 'ended')
    assert.equal(journal.waiting(), 1)
  })
})

describe('a journal that is not the one that there was', () => {
  const born = Date.parse('2026-11-27T12:00:00Z')
  /** A job that was made so many ms after the journal was lost. */
  const job = (afterMs: number): string => {
    const time = (born + afterMs).toString(16).padStart(12, '0')
    return `job_${time.slice(0, 8)}-${time.slice(8)}-7d3e-8f4a-5b6c7d8e9f00`
  }
  const unsettled = (jobId: string): Offered => ({ ...offer(1, 2, jobId), settled: 0 })

  it('begins nothing that may have run under an earlier lease, and says that it is lost', test => {
    const { runs, workers } = bench(test)
    runs.forgot(born)
    const refused = runs.offer(unsettled(job(-1)))
    assert.ok(typeof refused === 'object' && refused.code === 'job.lost' && refused.retryAfterMs === undefined)
    assert.equal(workers.started.length, 0)
    assert.equal(runs.forgottenBefore(), born)
  })

  it('takes what is younger than the loss, and what has no lease that nobody knows the end of', test => {
    const { runs } = bench(test)
    runs.forgot(born)
    assert.equal(runs.offer(unsettled(job(3_600_000))), 'accepted')
    assert.equal(runs.offer({ ...offer(2, 3, job(-1)), settled: 2 }), 'accepted')
  })

  it('knows of the loss after a crash', test => {
    const before = bench(test)
    before.runs.forgot(born)
    const refused = before.crash().runs.offer(unsettled(job(-1)))
    assert.equal(typeof refused === 'object' && refused.code, 'job.lost')
  })
})

describe('a clock that is set', () => {
  const days = 86_400_000

  for (const [way, ms] of [
    ['forth', 3 * days],
    ['back', -3 * days],
  ] as const) {
    it(`${way} by days neither lets what waits expire nor keeps it for ever`, async test => {
      const { runs, workers, clock } = bench(test)
      runs.create('test.heavy', {}, 'owner')
      await soon()
      const second = runs.create('test.heavy', {}, 'owner')
      clock.jump(ms)
      workers.started[0]?.end(success)
      await soon()
      assert.equal(runs.find(second.jobId)?.state, 'running')
      const third = runs.create('test.heavy', {}, 'owner')
      clock.jump(-ms)
      clock.goOn(60_001)
      workers.started[1]?.end(success)
      await soon()
      const run = runs.find(third.jobId)
      assert.equal(run?.state === 'ended' && run.end.outcome === 'failed' && run.end.error?.code, 'job.expired')
    })
  }

  it('back does not silence progress', async test => {
    const { runs, workers, clock, news } = bench(test)
    runs.create('test.light', {}, 'owner')
    await soon()
    workers.started[0]?.listener.progress(1, 3, '')
    clock.jump(-days)
    workers.started[0]?.listener.progress(2, 3, '')
    clock.goOn(250)
    const told = news.flatMap(item => (item.type === 'progress' ? [item.progress.done] : []))
    assert.deepEqual(told, [1, 2])
  })
})

describe('progress', () => {
  it('is told at a bounded rate, the last of it always', async test => {
    const { runs, workers, clock, news } = bench(test)
    const { jobId } = runs.create('test.light', {}, 'owner')
    await soon()
    for (let done = 1; done <= 50; done += 1) workers.started[0]?.listener.progress(done, 50, 'on')
    const told = (): number[] => news.flatMap(item => (item.type === 'progress' ? [item.progress.done] : []))
    assert.deepEqual(told(), [1])
    assert.equal(runs.progressOf(jobId)?.done, 50)
    clock.goOn(250)
    assert.deepEqual(told(), [1, 50])
  })
})
