import { billOf } from './bill.ts'
import { common, type Common } from './job-common.ts'
import type { Effect, Job, JobEnd } from './job.ts'

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
const expiry: JobEnd = {
  outcome: 'failed',
  effect: 'none',
  error: { code: 'job.expired', message: 'The job waited to be started until its deadline.' },
}

/** A job that another one stands for. */
export function superseded(by: string): JobEnd {
  const error = { code: 'job.superseded', message: `${by} stands for this job.` } as const
  return { outcome: 'cancelled', effect: 'none', error, standIn: by }
}

/** Ended for good. */
export function ended(job: Common, finishedAt: number, end: JobEnd): Job {
  return { ...withoutBill(job), state: end.outcome, finishedAt, end: endOf(job, end) }
}

/** A job that was made at a site which has not said for too long what became of it. */
export function givenUp(job: Common, now: number): Job {
  return ended({ ...job, touched: true }, now, lostRun)
}

/** Whether it was given up so. Its site may say itself that it lost a job: that is heard like any end. */
export function wasGivenUp({ origin, touched }: Job): boolean {
  return origin !== 'platform' && touched === true
}

/** Ended because nobody started it in time. */
export function expired(job: Common, finishedAt: number): Job {
  return { ...withoutBill(job), state: 'expired', finishedAt, end: endOf(job, expiry) }
}

function withoutBill(job: Common): Common {
  const { bill: _inItsEnd, ...rest } = common(job)
  return rest
}

/** An end as that of all runs. */
function endOf(job: Common, end: JobEnd): JobEnd {
  const bill = billOf(job.bill, end.bill)
  return { ...end, effect: effectOf(job, end), ...(bill ? { bill } : {}) }
}

/** What all attempts together did to the site. */
function effectOf({ touched }: Pick<Job, 'touched'>, { effect }: JobEnd): Effect {
  return touched && effect === 'none' ? 'unknown' : effect
}
