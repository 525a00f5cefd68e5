import type { Kind } from '@platen/protocol'
import { runDeadline, type Job } from './job.ts'

/** When the clock has something to do for a job. */
export function dueAt(job: Job, kind: Pick<Kind, 'deadlines'>): number | undefined {
  switch (job.state) {
    case 'queued':
      return job.queueDeadline
    case 'offered':
      return job.lease.expiresAt
    case 'running':
      return job.origin === 'platform' ? Math.min(job.lease.expiresAt, runDeadline(job, kind)) : job.lease.expiresAt
    // A parent goes on when its child ends, which the child's own deadlines see to.
    case 'waiting':
    case 'succeeded':
    case 'failed':
    case 'cancelled':
    case 'expired':
      return undefined
  }
}
