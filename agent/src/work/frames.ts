import type { AgentFrame } from '@platen/protocol'
import type { Run } from '../domain/run.ts'

/** The frame that reports an ended run. */
export function resultFrame(run: Run & { state: 'ended' }): Extract<AgentFrame, { type: 'job.result' }> {
  const { jobId, attempt, epoch, finishedAt, end } = run
  return { type: 'job.result', jobId, attempt, epoch, ...end, finishedAt }
}

/** The frame that tells of a job made at the site; the platform's own jobs need none. */
export function createdFrames({ jobId, kind, input, origin, createdAt }: Run): Extract<AgentFrame, { type: 'job.created' }>[] {
  return origin === 'platform' ? [] : [{ type: 'job.created', jobId, kind, input, origin, createdAt }]
}
