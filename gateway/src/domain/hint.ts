import type { JobStep } from './job-machine.ts'
import { placeOf, type Place } from './place.ts'

/** Something worth a look at the store. Hints only: any of them may be lost, doubled or late without harm. */
export type Hint =
  /** `jobId` where it is about one job alone that nobody had yet. */
  | { readonly type: 'job queued'; readonly place: Place; readonly jobId?: string }
  /** `agentId`: who has it. Without one the job has ended already, and whoever goes on with it is told when it renews its lease. */
  | {
      readonly type: 'job cancelled'
      readonly jobId: string
      readonly place: Place
      readonly agentId?: string
      readonly attempt: number
      readonly epoch: number
    }
  | { readonly type: 'site event'; readonly siteId: string }
  /** How far a running job is; the latest wins, and none is stored. `total` 0 means unknown. */
  | {
      readonly type: 'job progress'
      readonly siteId: string
      readonly jobId: string
      readonly progress: { readonly done: number; readonly total: number; readonly note: string }
    }
  | { readonly type: 'agent revoked'; readonly agentId: string }
  /** It should get a new key. */
  | { readonly type: 'agent rotation'; readonly agentId: string }
  /** What it may do is another than when it connected. */
  | { readonly type: 'agent changed'; readonly agentId: string }

/** What is worth telling after steps of jobs were committed. */
export function hintsOf(steps: readonly JobStep[]): readonly Hint[] {
  const alone = steps.length === 1
  const hints = steps.flatMap(({ job, effects }): Hint[] => {
    const { id: jobId, siteId, attempt, epoch } = job
    const place = placeOf(job)
    const holder = 'lease' in job ? { agentId: job.lease.agentId } : {}
    return [
      { type: 'site event', siteId },
      ...(job.state === 'queued' ? [{ type: 'job queued', place, ...(alone && job.epoch === 0 ? { jobId } : {}) } as const] : []),
      ...(effects.includes('tell agent to cancel') ? [{ type: 'job cancelled', jobId, place, ...holder, attempt, epoch } as const] : []),
    ]
  })
  // Many jobs of one site need no more than one look.
  return [...new Map(hints.map(hint => [JSON.stringify(hint), hint])).values()]
}
