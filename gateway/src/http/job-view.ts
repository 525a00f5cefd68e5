import { isEnded, type EndedJob, type Job } from '../domain/job.ts'
import type { LatestProgress } from '../ports/progress.ts'
import { iso } from './context.ts'

/** A job as the API answers it. */
export function showJob(job: Job, progress: LatestProgress): object {
  const { id, siteId, pool, kind, origin, state, input, attempt, epoch, reason, parentId } = job
  const far = state === 'running' ? progress.of(id) : undefined
  return {
    id,
    siteId,
    ...(pool === undefined ? {} : { pool }),
    kind,
    origin,
    state,
    input,
    attempt,
    epoch,
    createdAt: iso(job.createdAt),
    ...(parentId === undefined ? {} : { parentId }),
    ...(job.state === 'queued' ? { notBefore: iso(job.notBefore) } : {}),
    ...(job.state === 'running' ? { startedAt: iso(job.startedAt) } : {}),
    ...(job.state === 'waiting' ? { childId: job.childId } : {}),
    ...(far ? { progress: far } : {}),
    ...(reason ? { reason } : {}),
    ...(isEnded(job) ? { finishedAt: iso(job.finishedAt), ...endOf(job) } : {}),
  }
}

function endOf({ end: { effect, result, error, bill, receipt, standIn } }: EndedJob): object {
  return {
    effect,
    ...(result === undefined ? {} : { result }),
    ...(error ? { error } : {}),
    ...(bill ? { bill } : {}),
    ...(receipt ? { receipt } : {}),
    ...(standIn === undefined ? {} : { standIn }),
  }
}
