import type { LocalJob } from '@platen/protocol'
import type { Run } from '../domain/run.ts'
import type { Progress } from '../ports/jobs.ts'

/** A run as the plugin and the CLI see it; lists leave results out. */
export function jobView(run: Run, progress: Progress | undefined, withResult: boolean): LocalJob {
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
    ...(error ? { error: { code: error.code, message: error.message } } : {}),
    ...(bill ? { bill } : {}),
    ...(run.receipt ? { receipt: run.receipt } : {}),
  }
}

/** The result's own sentence for people: every kind's result has one. */
function summaryOf(result: unknown): string | undefined {
  const summary = (result as { summary?: unknown } | undefined)?.summary
  return typeof summary === 'string' ? summary.slice(0, 500) : undefined
}
