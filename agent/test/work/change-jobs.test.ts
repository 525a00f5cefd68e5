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

/** Changes that wait or don't, and jobs that end by hand. */
class Site {
  pending = true
  made: string[] = []
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
    const ledger = { pending: () => this.pending }
    this.jobs = changeJobs({ ledger, jobs, clock: this.clock, log: jsonLog('test', () => {}) })
  }
  begin(other: Run): void {
    this.#listener({ type: 'state', run: other })
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

  it('come again after a failure, later each time, and at once after a success', () => {
    const site = new Site()
    site.jobs.consider()
    const waits: number[] = []
    for (let failure = 1; failure <= 12; failure += 1) {
      site.end(`job ${failure}`, 'failed')
      let waited = 0
      for (; site.made.length === failure; waited += 1_000) site.clock.goOn(1_000)
      waits.push(waited)
    }
    assert.deepEqual(waits.slice(0, 3), [3_000, 6_000, 12_000])
    assert.equal(Math.max(...waits), 450_000)
    site.end('job 13', 'succeeded')
    assert.equal(site.made.length, 14)
  })

  it('are made no more when the agent stops', () => {
    const site = new Site()
    site.jobs.consider()
    site.end('job 1', 'failed')
    site.jobs.close()
    site.clock.goOn(1_000_000)
    assert.equal(site.made.length, 1)
  })
})
