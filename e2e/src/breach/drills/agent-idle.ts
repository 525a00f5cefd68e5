import { setTimeout as delay } from 'node:timers/promises'
import { got, refused, stopped, type Attempt, type Outcome } from '../attempt.ts'
import type { Field } from '../field.ts'
import type { LinkClient } from '../../intruder/link-client.ts'
import { users } from '../platform.ts'
import { asUser } from '../shell.ts'

interface Job {
  readonly state: string
  readonly error?: { readonly code: string }
}

/** A job that the agent was just offered. */
export interface OfferedJob {
  readonly client: LinkClient
  readonly fence: { readonly jobId: string; readonly attempt: number; readonly epoch: number }
}

const busyMs = 30_000
const lookMs = 250

/** Its time is over, without an hour's wait: the drill's own hand, in the store. */
async function endTime({ store }: Field, jobId: string): Promise<void> {
  const statement = `UPDATE jobs SET document = json_set(document, '$.queueDeadline', ${Date.now()}) WHERE id = '${jobId}'`
  const { error } = await asUser(users.gateway, { do: 'sql', file: store, statements: [statement] })
  if (error !== undefined) throw new Error(`the deadline could not be moved: ${error}`)
}

/** Says that it is busy to the offer that came last, where that is newer than an epoch; the epoch that it declined last. */
function declineNewest({ client, fence }: OfferedJob, after: number): number {
  const offers = client.frames.filter(frame => frame.type === 'job.offer').filter(({ jobId }) => jobId === fence.jobId)
  const newest = offers.at(-1)
  if (!newest || newest.epoch <= after) return after
  const { jobId, attempt, epoch } = newest
  client.send({ type: 'job.decline', jobId, attempt, epoch, code: 'agent.busy', message: 'busy', retryAfterMs: 0 })
  return epoch
}

/** Lies that it is busy, beyond the time within which the job has to be started. */
async function declinesForEver(field: Field, job: OfferedJob): Promise<Outcome> {
  const { jobId, epoch: first } = job.fence
  let epoch = first - 1
  let isOver = false
  for (const end = performance.now() + busyMs; performance.now() < end; await delay(lookMs)) {
    epoch = declineNewest(job, epoch)
    const { state, error } = await field.api.request<Job>('GET', `/v1/jobs/${jobId}`)
    if (isOver && state === 'expired') return stopped(error?.code)
    // It was offered again: lying is of use.
    if (!isOver && epoch > first) await endTime(field, jobId)
    isOver ||= epoch > first
  }
  return isOver ? got('the job is open still') : stopped(undefined)
}

/** What an agent tries that wants nothing done. */
export function idling(offered: (field: Field) => Promise<OfferedJob>): readonly Attempt[] {
  return refused('agent', [
    [
      'keep a job of its own site open beyond its deadline by saying for ever that it is busy',
      async field => {
        const job = await offered(field)
        try {
          return await declinesForEver(field, job)
        } finally {
          job.client.raw.end()
        }
      },
    ],
  ])
}
