import { toPlatenError } from '@platen/protocol'
import { backoffMs } from '../domain/retry.ts'
import type { Run } from '../domain/run.ts'
import { tokenBucket } from '../domain/token-bucket.ts'
import type { ChangeLedger } from '../ports/change-ledger.ts'
import type { Clock } from '../ports/clock.ts'
import type { Jobs, RunNews } from '../ports/jobs.ts'
import type { Log } from '../ports/log.ts'

/** What making jobs of changes takes. */
export interface ChangeJobsOptions {
  readonly ledger: Pick<ChangeLedger, 'pending' | 'release'>
  readonly jobs: Pick<Jobs, 'create' | 'recent' | 'subscribe'>
  readonly clock: Clock
  readonly log: Log
}

/** The kind of the jobs that bring changes into effect. */
export const changesKind = 'cache.purge'

/** Half of the window at least is waited: what fails at once must not be tried again at once. */
const again = { firstMs: 4_000, capMs: 600_000 }
/** Asking takes next to nothing, and whatever changes waits for it. */
const askAgain = { firstMs: 4_000, capMs: 30_000 }
/** Jobs of newer changes while one after the other fails: what changes now and then is tried at once. */
const failing = { perSecond: 0.1, burst: 3 }
/** A job that succeeds has what failed tried again at once, unless that was tried so lately. */
const triedLatelyMs = 60_000
/** More than there can be unfinished. */
const mostRecent = 100

/**
 * Makes a job where changes wait and none is on its way: one is enough, since it goes on as long as there is anything. What has
 * failed is tried again later each time, or once another job has shown that all is well; what changes meanwhile does not wait for it.
 */
export function changeJobs({ ledger, jobs, clock, log }: ChangeJobsOptions): { consider(): void; close(): void } {
  const unfinished = new Set(
    jobs
      .recent(mostRecent)
      .filter(run => run.state !== 'ended' && isOfChanges(run))
      .map(run => run.jobId),
  )
  const spare = tokenBucket(failing, () => clock.monotonic())
  let hasFailed = false
  let tries = 0
  let triedAt = -Infinity
  let retry: (() => void) | undefined
  let refusals = 0
  let rest: (() => void) | undefined

  const waitMs = (failures: number, window: typeof again): number =>
    (backoffMs(failures, window, 1) + backoffMs(failures, window, clock.random())) / 2
  const restFor = (ms: number): void => {
    rest = clock.after(ms, () => {
      rest = undefined
      consider()
    })
  }
  const tryAgain = (): void => {
    retry?.()
    retry = undefined
    ledger.release()
    consider()
  }
  const fail = (): void => {
    hasFailed = true
    // What is newer and fails as well comes with the rest.
    if (retry) return
    tries += 1
    triedAt = clock.monotonic()
    retry = clock.after(waitMs(tries, again), tryAgain)
  }
  const succeed = (): void => {
    hasFailed = false
    if (!retry) tries = 0
    else if (clock.monotonic() - triedAt >= triedLatelyMs) tryAgain()
  }
  const consider = (): void => {
    if (rest || unfinished.size > 0 || !ledger.pending()) return
    const restMs = hasFailed ? spare() : 0
    if (restMs > 0) return restFor(restMs)
    try {
      unfinished.add(jobs.create(changesKind, { changes: true }, 'event').jobId)
      refusals = 0
    } catch (error) {
      log.warn('changes:refused', { code: toPlatenError(error).code })
      refusals += 1
      restFor(waitMs(refusals, askAgain))
    }
  }
  const hear = ({ type, run }: RunNews): void => {
    if (type !== 'state') return
    if (run.state !== 'ended') {
      if (isOfChanges(run)) unfinished.add(run.jobId)
      return
    }
    if (!unfinished.delete(run.jobId)) return
    if (run.end.outcome === 'succeeded') succeed()
    else fail()
    consider()
  }
  const unsubscribe = jobs.subscribe(hear)
  return {
    consider,
    close: () => {
      unsubscribe()
      retry?.()
      rest?.()
    },
  }
}

function isOfChanges({ kind, input }: Run): boolean {
  return kind === changesKind && typeof input === 'object' && input !== null && 'changes' in input
}
