import type { Kind } from '@platen/protocol'
import { runDeadline, type Job } from './job.ts'

/** When the clock has something to do for a job. A local job has no lease: its agent alone knows how it goes. */
export function dueAt(job: Job, kind: Pick<Kind, 'deadlines'>): number | undefined {
  if (job.origin !== 'platform') return undefined
  switch (job.state) {
    case 'queued':
      return job.queueDeadline
    case 'offered':
      return job.lease.expiresAt
    case 'running':
      return Math.min(job.lease.expiresAt, runDeadline(job, kind))
    // A parent goes on when its child ends, which the child's own deadlines see to.
    case 'waiting':
    case 'succeeded':
    case 'failed':
    case 'cancelled':
    case 'expired':
      return undefined
  }
}
