import type { JobEnd } from './job.ts'

/** A run whose agent fell silent: only the agent could say what it did. */
export const lostRun: JobEnd = {
  outcome: 'failed',
  effect: 'unknown',
  error: { code: 'job.lost', message: 'The agent was lost while it ran the job.' },
}

/** A run that its agent neither ended nor gave up. */
export const overrun: JobEnd = {
  outcome: 'failed',
  effect: 'unknown',
  error: { code: 'job.deadline', message: 'The job ran longer than its deadline, and its agent did not end it.' },
}

/** A job that nobody started in time, or nobody started again. */
export const expiry: JobEnd = {
  outcome: 'failed',
  effect: 'none',
  error: { code: 'job.expired', message: 'The job waited to be started until its deadline.' },
}

/** A job that another one stands for. */
export function superseded(by: string): JobEnd {
  const error = { code: 'job.superseded', message: `${by} stands for this job.` } as const
  return { outcome: 'cancelled', effect: 'none', error, standIn: by }
}
