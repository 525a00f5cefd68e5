import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { AgentFrame } from '@platen/protocol'
import { openJournal } from '../../src/journal/sqlite-journal.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Offered, RunNews } from '../../src/ports/jobs.ts'
import type { Journal } from '../../src/ports/journal.ts'
import type { WorkOutcome } from '../../src/ports/workers.ts'
import { jsonLog } from '../../src/system/json-log.ts'
import { localTimeIn } from '../../src/system/local-time.ts'
import { PurgeLimit } from '../../src/work/purge-limit.ts'
import { Runs, type RunsOptions } from '../../src/work/runs.ts'
import { SiteOwner } from '../../src/work/site-owner.ts'
import { HandWorkers } from './hand-workers.ts'
import { tempFolder } from './temp-folder.ts'
import { testInputs, testKinds } from './test-kinds.ts'
import { testPolicy } from './test-policy.ts'

export class HandClock implements Clock {
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

export const bill: WorkOutcome['bill'] = { cpuMs: 1, peakRssBytes: 1, wallMs: 1, readBytes: 1, writtenBytes: 1, savedBytes: 1 }
export const success: WorkOutcome = { outcome: 'succeeded', effect: 'applied', result: { summary: 'done' }, bill }
/** An offer whose gateway knows what became of every lease before it. */
export const offer = (attempt: number, epoch: number, jobId = 'job_01936f0e-7b2c-7d3e-8f4a-5b6c7d8e9f00'): Offered => ({
  jobId,
  kind: 'test.light',
  input: {},
  attempt,
  epoch,
  settled: epoch - 1,
  runMs: 1_000,
})

/** A site whose jobs end by hand. */
export interface RunsBench {
  readonly runs: Runs
  readonly owner: SiteOwner
  readonly journal: Journal
  readonly workers: HandWorkers
  readonly clock: HandClock
  readonly news: RunNews[]
  /** The same site after a crash of its agent, which was away for so long. */
  readonly crash: (awayMs?: number) => RunsBench
}

/** Opens one, which takes over what its file holds. */
export function bench(
  test: TestContext,
  reports = true,
  file = join(tempFolder(test), 'journal.db'),
  policy = testPolicy('/srv'),
  partsOf: (journal: Journal, clock: Clock) => Pick<RunsOptions, 'receipts' | 'cdn'> = () => ({}),
  clock = new HandClock(),
): RunsBench {
  const journal = openJournal(file)
  const workers = new HandWorkers()
  const kinds = new Map(testKinds.map(kind => [kind.name, kind]))
  const log = jsonLog('test', () => {})
  const owner = new SiteOwner({ policy, journal, clock, localTimeIn, log })
  const purgeLimit = new PurgeLimit({ policy, journal, clock, log })
  const rules = { policy, kinds, inputs: testInputs, purgeLimit }
  const runs = new Runs({ journal, workers, owner, ...rules, reports, ...partsOf(journal, clock), clock, log })
  runs.subscribe(item => purgeLimit.hear(item))
  const news: RunNews[] = []
  runs.subscribe(item => news.push(item))
  let open = true
  const close = (): void => {
    if (open) journal.close()
    open = false
  }
  test.after(close)
  const crash = (awayMs = 0): RunsBench => {
    close()
    const later = new HandClock()
    later.jump(clock.now() - later.now() + awayMs)
    return bench(test, reports, file, policy, partsOf, later)
  }
  return { runs, owner, journal, workers, clock, news, crash }
}

/** When what was begun by now has had its turn. */
export const soon = (): Promise<void> => new Promise(setImmediate)
/** What waits to be told to the gateway. */
export const frames = (journal: Journal): readonly AgentFrame[] => journal.outbox(100).map(item => item.frame)
