import { billOf, type Bill } from './bill.ts'
import type { Job, JobIdentity } from './job.ts'

/** What there is of a job that a state does not take away. */
export type Common = JobIdentity & Pick<Job, 'attempt' | 'epoch' | 'settled' | 'reason' | 'touched' | 'scattered' | 'bill' | 'child'>

/** What a job is in every state. */
export function common(job: Common): Common {
  const { id, accountId, siteId, pool, kind, input, origin, createdAt, queueDeadline, coalesceKey, parentId, ...rest } = job
  const { attempt, epoch, settled, reason, touched, scattered, bill, child } = rest
  const told = {
    ...(reason ? { reason } : {}),
    ...(touched ? { touched } : {}),
    ...(scattered && settled < epoch ? { scattered } : {}),
    ...(bill ? { bill } : {}),
    ...(child ? { child } : {}),
  }
  const made = { ...(pool ? { pool } : {}), ...(coalesceKey ? { coalesceKey } : {}), ...(parentId ? { parentId } : {}) }
  return { id, accountId, siteId, kind, input, origin, createdAt, queueDeadline, attempt, epoch, settled, ...made, ...told }
}

/** A job with what a run of it cost besides. */
export function billed<Any extends Common>(job: Any, bill: Bill | undefined): Any {
  const all = billOf(job.bill, bill)
  return all ? { ...job, bill: all } : job
}
