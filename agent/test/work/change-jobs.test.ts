import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PlatenError } from '@platen/protocol'
import type { Run, RunEnd } from '../../src/domain/run.ts'
import type { RunNews } from '../../src/ports/jobs.ts'
import { jsonLog } from '../../src/system/json-log.ts'
import { changeJobs, type ChangeJobsOptions } from '../../src/work/change-jobs.ts'
import { HandClock } from '../support/runs-bench.ts'

const run = (jobId: string, input: unknown = { changes: true }): Run => {
  const identity = { jobId, kind: 'cache.purge', input, origin: 'event', attempt: 0, epoch: 0, runMs: 1, createdAt: 1 } as const
  return { ...identity, state: 'accepted' }
}

/** Changes that wait or don't, or have failed, and jobs that end by hand. */
class Site {
  pending = true
  failed = false
  made: string[] = []
  ended = 0
  refusal: PlatenError | undefined
  readonly clock = new HandClock()
  #listener: (news: RunNews) => void = () => {}
  readonly jobs: { consider(): void; close(): void }
  constructor(recent: readonly Run[] = []) {
    const jobs: ChangeJobsOptions['jobs'] = {
      create: (kind, input, origin) => {
        if (this.refusal) throw this.refusal
        const made = run(`job ${this.made.length + 1}`)
        assert.deepEqual([kind, input, origin], ['cache.purge', { changes: true }, 'event'])
        this.made.push(made.jobId)
        return made
      },
      recent: () => recent,
      subscribe: listener => {
        this.#listener = listener
        return () => (this.#listener = () => {})
      },
    }
    const ledger: ChangeJobsOptions['ledger'] = {
      pending: () => this.pending,
      release: () => {
        this.pending ||= this.failed
        this.failed = false
      },
    }
    this.jobs = changeJobs({ ledger, jobs, clock: this.clock, log: jsonLog('test', () => {}) })
  }
  begin(other: Run): void {
    this.#listener({ type: 'state', run: other })
  }
  /** What the job took is done, or fails. */
  over(outcome: 'succeeded' | 'failed'): void {
    this.ended = this.made.length
    this.pending = false
    this.failed ||= outcome === 'failed'
    this.end(`job ${this.made.length}`, outcome)
  }
  change(): void {
    this.pending = true
    this.jobs.consider()
  }
  /** Lets time pass until there is another job; how many milliseconds. */
  untilNext(): number {
    const made = this.made.length
    let waited = 0
    for (; this.made.length === made; waited += 1_000) {
      assert.ok(waited < 3_600_000)
      this.clock.goOn(1_000)
    }
    return waited
  }
  end(jobId: string, outcome: 'succeeded' | 'failed'): void {
    const end: RunEnd = { outcome, effect: 'none' }
    this.#listener({ type: 'state', run: { ...run(jobId, null), state: 'ended', finishedAt: 2, end } as Run })
  }
}

describe('jobs of changes', () => {
  it('are made at once where something waits, and not where nothing does', () => {
    const site = new Site()
    site.pending = false
    site.jobs.consider()
    assert.deepEqual(site.made, [])
    site.pending = true
    site.jobs.consider()
    assert.deepEqual(site.made, ['job 1'])
  })

  it('are one at a time: what comes meanwhile is taken by the one that is on its way', () => {
    const site = new Site()
    for (let time = 0; time < 3; time += 1) site.jobs.consider()
    assert.deepEqual(site.made, ['job 1'])
    site.end('job 1', 'succeeded')
    assert.deepEqual(site.made, ['job 1', 'job 2'])
    site.pending = false
    site.end('job 2', 'succeeded')
    assert.equal(site.made.length, 2)
  })

  it('wait for one that was there at the start, or that somebody else asked for, but for no other purge', () => {
    const before = new Site([run('old'), run('urls', { urls: [] })])
    before.jobs.consider()
    assert.deepEqual(before.made, [])
    before.end('old', 'succeeded')
    assert.equal(before.made.length, 1)
    const site = new Site()
    site.begin(run('urls', { urls: [] }))
    site.begin(run('theirs'))
    site.jobs.consider()
    assert.deepEqual(site.made, [])
  })

  it('are tried again later and later where they are refused', () => {
    const site = new Site()
    site.refusal = new PlatenError('agent.busy')
    site.jobs.consider()
    site.clock.goOn(1_999)
    site.refusal = undefined
    site.jobs.consider()
    assert.deepEqual(site.made, [])
    site.clock.goOn(2_001)
    assert.deepEqual(site.made, ['job 1'])
  })

  it('are looked for again within half a minute where they are refused, however often that was', () => {
    const site = new Site()
    site.refusal = new PlatenError('queue.full')
    site.jobs.consider()
    for (let second = 0; second < 3_600; second += 1) site.clock.goOn(1_000)
    site.refusal = undefined
    for (let second = 0; second < 30; second += 1) site.clock.goOn(1_000)
    assert.deepEqual(site.made, ['job 1'])
  })

  it('come again after a failure, later each time where nothing else changes', () => {
    const site = new Site()
    site.change()
    const waits: number[] = []
    for (let failure = 1; failure <= 12; failure += 1) {
      site.over('failed')
      waits.push(site.untilNext())
    }
    assert.deepEqual(waits.slice(0, 3), [3_000, 6_000, 12_000])
    assert.equal(Math.max(...waits), 450_000)
  })

  it('begin at once for a change that is newer than the failure, however long what failed has to wait', () => {
    const site = new Site()
    site.change()
    for (let failure = 1; failure <= 12; failure += 1) {
      site.over('failed')
      site.untilNext()
    }
    site.over('failed')
    const made = site.made.length
    site.change()
    assert.deepEqual([site.made.length, site.failed], [made + 1, true])
  })

  it('are few while a stream of changes fails, and do not try again with each what failed before', () => {
    const site = new Site()
    const releases: number[] = []
    const minutes = 30
    for (let tick = 0; tick < minutes * 600; tick += 1) {
      const hadFailed = site.failed
      site.clock.goOn(100)
      if (hadFailed && !site.failed) releases.push(tick)
      if (site.made.length > site.ended) site.over('failed')
      site.change()
    }
    assert.ok(site.made.length <= minutes * 7, `${site.made.length} jobs`)
    assert.ok(releases.length >= 5 && releases.length <= 15, `${releases.length} tries`)
    if (site.made.length === site.ended) assert.ok(site.untilNext() <= 10_000)
    site.over('succeeded')
    assert.equal(site.failed, false)
  })

  it('try again what failed once another has shown that all is well, but not with each that does', () => {
    const site = new Site()
    site.change()
    for (let failure = 1; failure <= 9; failure += 1) {
      site.over('failed')
      site.untilNext()
    }
    site.over('failed')
    site.clock.goOn(61_000)
    site.change()
    site.over('succeeded')
    assert.deepEqual([site.failed, site.pending, site.made.length], [false, true, 12])
    site.over('failed')
    site.change()
    site.over('succeeded')
    assert.deepEqual([site.failed, site.pending], [true, false])
  })

  it('are made no more when the agent stops', () => {
    const site = new Site()
    site.jobs.consider()
    site.over('failed')
    site.jobs.close()
    site.clock.goOn(1_000_000)
    assert.equal(site.made.length, 1)
  })
})
