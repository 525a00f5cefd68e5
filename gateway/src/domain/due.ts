import type { Kind } from '@platen/protocol'
import type { Job } from './job.ts'

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

/** How long an agent may keep the end of a job to itself that was made at its site: one that is away for longer has gone, or lost it. */
export const localSilenceMs: number = 30 * 86_400_000

/** What an agent is given beyond the run's deadline to end it by itself and to say so. */
const runGraceMs = 120_000

/** When a run is given up. */
export function runDeadline({ startedAt }: { readonly startedAt: number }, { deadlines }: Pick<Kind, 'deadlines'>): number {
  return startedAt + deadlines.runMs + runGraceMs
}
