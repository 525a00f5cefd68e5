import { toPlatenError } from '@platen/protocol'
import type { JobStep } from '../domain/job-machine.ts'
import type { FailureReport } from '../ports/store-failure.ts'
import { failureOf } from './failure.ts'

/** A job that the clock has to look at. */
export interface DueJob {
  readonly id: string
  readonly siteId: string
}

/**
 * Looks at jobs that are due, one after another: one that can't be looked at must not keep all others from it. It is told of, and has
 * its turn again with the next tick. @throws PlatenError store.unavailable, disk.full where none can be looked at, since the store fails then
 */
export async function lookAtEach(
  due: readonly DueJob[],
  look: (job: DueJob) => Promise<readonly JobStep[]>,
  report: FailureReport,
): Promise<readonly JobStep[]> {
  const steps: JobStep[] = []
  const failed: { readonly id: string; readonly error: unknown }[] = []
  for (const job of due) {
    await look(job).then(
      some => steps.push(...some),
      (error: unknown) => failed.push({ id: job.id, error }),
    )
  }
  if (failed.length === due.length && failed.every(({ error }) => isOfStore(error))) for (const { error } of failed) throw error
  for (const { id, error } of failed) {
    const failure = failureOf('jobs.tick', error, id)
    if (failure) report(failure)
  }
  return steps
}

function isOfStore(error: unknown): boolean {
  const { code } = toPlatenError(error)
  return code === 'store.unavailable' || code === 'disk.full'
}
