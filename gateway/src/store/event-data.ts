import { isEnded, type Job } from '../domain/job.ts'

/** What an event tells of a job: enough to show it, without input and result. */
export function eventData(job: Job): object {
  return {
    jobId: job.id,
    siteId: job.siteId,
    kind: job.kind,
    state: job.state,
    attempt: job.attempt,
    ...(isEnded(job) ? { effect: job.end.effect, ...(job.end.error ? { error: job.end.error } : {}) } : {}),
    ...(job.reason ? { reason: job.reason } : {}),
    ...(isEnded(job) && job.end.standIn !== undefined ? { standIn: job.end.standIn } : {}),
  }
}
