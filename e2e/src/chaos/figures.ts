import type { Verdict } from './checker.ts'
import type { Damage } from './damage.ts'
import type { Evidence, FinalJob } from './evidence.ts'
import type { Load } from './load.ts'

/** What is counted of a run. */
export function figuresOf(
  { unknownEffects, ...wrong }: Verdict,
  { stored, accepted, excuses }: Evidence,
  { away }: Pick<Load, 'away'>,
  { kills, recreated }: Pick<Damage, 'kills' | 'recreated'>,
): Record<string, number> {
  const jobs = [...stored.values()]
  const of = (is: (job: FinalJob) => boolean): number => jobs.filter(is).length
  return {
    // Children come on top of what was asked for.
    jobs: of(({ id }) => accepted.has(id)),
    ...Object.fromEntries(Object.entries(wrong).map(([name, rows]) => [name, rows.length])),
    kills,
    unknownEffects: unknownEffects.length,
    interruptedRuns: excuses.mayBeUnknown.size,
    succeeded: of(({ state }) => state === 'succeeded'),
    absorbed: of(({ standIn }) => standIn !== undefined),
    cancelled: of(({ state, standIn }) => state === 'cancelled' && standIn === undefined),
    triedAgain: of(({ attempt }) => attempt > 1),
    heavy: of(({ kind }) => kind === 'lab.heavy'),
    ownersJobs: of(({ origin }) => origin === 'owner'),
    ownersJobsAway: away.size,
    pooled: of(({ pool }) => pool !== undefined),
    children: of(({ parentId }) => parentId !== undefined),
    recreated,
  }
}
