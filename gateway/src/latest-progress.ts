import type { Bus } from './ports/bus.ts'
import type { LatestProgress } from './ports/progress.ts'

/** Running jobs whose progress is kept; the one that was heard longest ago goes first. */
const most = 10_000

/** Keeps the latest progress of each job that the bus tells of. */
export function latestProgress(bus: Bus): LatestProgress {
  const known = new Map<string, { done: number; total: number; note: string }>()
  bus.subscribe(hint => {
    if (hint.type !== 'job progress') return
    known.delete(hint.jobId)
    known.set(hint.jobId, hint.progress)
    if (known.size > most) known.delete(known.keys().next().value as string)
  })
  return { of: jobId => known.get(jobId) }
}
