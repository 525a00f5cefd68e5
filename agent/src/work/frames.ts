import type { AgentFrame } from '@platen/protocol'
import type { Run } from '../domain/run.ts'

/** The frame that reports how a run ended, or what it waits for. */
export function outcomeFrame(run: Run & { state: 'ended' }): Extract<AgentFrame, { type: 'job.result' | 'job.wait' }> {
  const { jobId, attempt, epoch, finishedAt, end, receipt } = run
  if (end.outcome !== 'waiting') return { type: 'job.result', jobId, attempt, epoch, ...end, finishedAt, ...(receipt ? { receipt } : {}) }
  const { child, effect, bill } = end
  return { type: 'job.wait', jobId, attempt, epoch, child, effect, ...(bill ? { bill } : {}) }
}

/** The frame that tells of a job made at the site; the platform's own jobs need none. */
export function createdFrames({ jobId, kind, input, origin, createdAt }: Run): Extract<AgentFrame, { type: 'job.created' }>[] {
  return origin === 'platform' ? [] : [{ type: 'job.created', jobId, kind, input, origin, createdAt }]
}
