import type { LocalJob } from '@platen/protocol'
import type { Run } from '../domain/run.ts'
import type { FollowUp } from '../ports/follow-ups.ts'
import type { Progress } from '../ports/jobs.ts'

/** Follow-ups that are told: one a layer, unless a job was asked for again and again. */
const mostFollowUps = 10

/** A run as the plugin and the CLI see it; lists leave results and what followed out. */
export function jobView(run: Run, progress: Progress | undefined, withResult: boolean, followUps: readonly FollowUp[] = []): LocalJob {
  const base = { id: run.jobId, kind: run.kind, origin: run.origin, createdAt: run.createdAt }
  if (run.state === 'accepted') return { ...base, state: 'queued' }
  if (run.state === 'running') return { ...base, state: 'running', ...(progress ? { progress } : {}) }
  // It starts again when the job that it asked for has ended.
  if (run.end.outcome === 'waiting') return { ...base, state: 'queued' }
  const { outcome, result, error, bill } = run.end
  const summary = summaryOf(result)
  return {
    ...base,
    state: outcome,
    finishedAt: run.finishedAt,
    ...(summary === undefined ? {} : { summary }),
    ...(withResult && result !== undefined ? { result } : {}),
    ...(followUps.length > 0 ? { followUps: followUps.slice(-mostFollowUps).map(followUpView) } : {}),
    ...(error ? { error: { code: error.code, message: error.message } } : {}),
    ...(bill ? { bill } : {}),
    ...(run.receipt ? { receipt: run.receipt } : {}),
  }
}

function followUpView({ layer, at, ...verdict }: FollowUp): NonNullable<LocalJob['followUps']>[number] {
  return { layer, state: verdict.outcome, ...('code' in verdict ? { code: verdict.code } : {}), at }
}

/** The result's own sentence for people: every kind's result has one. */
function summaryOf(result: unknown): string | undefined {
  const summary = (result as { summary?: unknown } | undefined)?.summary
  return typeof summary === 'string' ? summary.slice(0, 500) : undefined
}
