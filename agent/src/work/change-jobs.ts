import { toPlatenError } from '@platen/protocol'
import { backoffMs } from '../domain/retry.ts'
import type { Run } from '../domain/run.ts'
import type { ChangeLedger } from '../ports/change-ledger.ts'
import type { Clock } from '../ports/clock.ts'
import type { Jobs, RunNews } from '../ports/jobs.ts'
import type { Log } from '../ports/log.ts'

/** What making jobs of changes takes. */
export interface ChangeJobsOptions {
  readonly ledger: Pick<ChangeLedger, 'pending'>
  readonly jobs: Pick<Jobs, 'create' | 'recent' | 'subscribe'>
  readonly clock: Clock
  readonly log: Log
}

/** The kind of the jobs that bring changes into effect. */
export const changesKind = 'cache.purge'

/** Half of the window at least is waited: a job that fails at once must not be made again at once. */
const again = { firstMs: 4_000, capMs: 600_000 }
/** More than there can be unfinished. */
const mostRecent = 100

/**
 * Makes a job where changes wait and none is on its way: one is enough, since it goes on as long as there is anything. After
 * one that was refused or has failed it waits, longer each time.
 */
export function changeJobs({ ledger, jobs, clock, log }: ChangeJobsOptions): { consider(): void; close(): void } {
  const unfinished = new Set(
    jobs
      .recent(mostRecent)
      .filter(run => run.state !== 'ended' && isOfChanges(run))
      .map(run => run.jobId),
  )
  let failures = 0
  let waiting: (() => void) | undefined

  const wait = (): void => {
    failures += 1
    const jitterMs = backoffMs(failures, again, clock.random())
    waiting?.()
    waiting = clock.after((backoffMs(failures, again, 1) + jitterMs) / 2, () => {
      waiting = undefined
      consider()
    })
  }
  const beWell = (): void => {
    failures = 0
    waiting?.()
    waiting = undefined
  }
  const consider = (): void => {
    if (waiting || unfinished.size > 0 || !ledger.pending()) return
    try {
      unfinished.add(jobs.create(changesKind, { changes: true }, 'event').jobId)
    } catch (error) {
      log.warn('changes:refused', { code: toPlatenError(error).code })
      wait()
    }
  }
  const hear = ({ type, run }: RunNews): void => {
    if (type !== 'state') return
    if (run.state !== 'ended') {
      if (isOfChanges(run)) unfinished.add(run.jobId)
      return
    }
    if (!unfinished.delete(run.jobId)) return
    if (run.end.outcome === 'succeeded') beWell()
    else wait()
    consider()
  }
  const unsubscribe = jobs.subscribe(hear)
  return {
    consider,
    close: () => {
      unsubscribe()
      waiting?.()
    },
  }
}

function isOfChanges({ kind, input }: Run): boolean {
  return kind === changesKind && typeof input === 'object' && input !== null && 'changes' in input
}
