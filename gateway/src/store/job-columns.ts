import type { Kind } from '@platen/protocol'
import { kindIn, unknownKind } from '../domain/catalog.ts'
import { isCoalescable } from '../domain/coalesce.ts'
import { dueAt } from '../domain/due.ts'
import { isEnded, type Job } from '../domain/job.ts'
import { heavySlot, placeOf, type Place } from '../domain/place.ts'
import type { LeasedJob } from '../ports/jobs.ts'

/** What jobs are searched by, beside the document that they are: every store derives it anew with each state. */
export interface JobColumns {
  readonly place: Place
  readonly heavy: boolean
  readonly priority: number
  readonly notBefore?: number
  /** When the clock has to look at the job again. */
  readonly dueAt?: number
  readonly finishedAt?: number
  /** The agent that has it: what a connection that comes back is told of. */
  readonly holder?: string
  /** What a heavy job holds while an agent has it, or may still have it: a unique index lets nobody else have it. */
  readonly slot?: string
  /** While it is queued and may take others in; unique within its place. */
  readonly coalesceKey?: string
}

/** The columns of a job as it is now. */
export function jobColumns(job: Job, kinds: readonly Kind[]): JobColumns {
  const kind = kindIn({ kinds }, job.kind) ?? unknownKind(job.kind)
  const due = dueAt(job, kind)
  const holder = job.origin === 'platform' && isLeased(job) ? job.lease.agentId : undefined
  const mayHave = holder ?? (job.state === 'queued' ? job.held?.agentId : undefined)
  const takesIn = job.state === 'queued' && isCoalescable(job) && job.coalesceKey !== undefined
  return {
    place: placeOf(job),
    heavy: kind.weight === 'heavy',
    priority: kind.priority,
    ...(job.state === 'queued' ? { notBefore: job.notBefore } : {}),
    ...(due === undefined ? {} : { dueAt: due }),
    ...(isEnded(job) ? { finishedAt: job.finishedAt } : {}),
    ...(holder === undefined ? {} : { holder }),
    ...(mayHave !== undefined && kind.weight === 'heavy' ? { slot: heavySlot(job, mayHave) } : {}),
    ...(takesIn ? { coalesceKey: job.coalesceKey } : {}),
  }
}

function isLeased(job: Job): job is LeasedJob {
  return job.state === 'offered' || job.state === 'running'
}
