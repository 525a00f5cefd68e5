import type { Evidence, Excuses, FinalJob } from './evidence.ts'
import { familyFaults } from './families.ts'

/** What is wrong, as sentences: none of them may be there after a run. */
export interface Verdict {
  readonly lost: readonly string[]
  readonly doubled: readonly string[]
  readonly stuck: readonly string[]
  readonly contradictions: readonly string[]
  /** Jobs of which nobody can say what they did: each of them has its excuse, or it is a contradiction too. */
  readonly unknownEffects: readonly string[]
}

const endStates: ReadonlySet<string> = new Set(['succeeded', 'failed', 'cancelled', 'expired'])

/** Compares the store with what really happened at the sites. Knows nothing of leases, attempts or handlers. */
export function judge(evidence: Evidence): Verdict {
  const { asked, accepted, stored, increments, told } = evidence
  const jobs = [...stored.values()]
  const counted = (id: string): number => increments.get(id)?.length ?? 0
  const all = new Set([...stored.keys(), ...increments.keys()])
  const families = familyFaults(evidence)
  return {
    lost: [
      ...(accepted.size < asked ? [`${asked - accepted.size} jobs were asked for and have no id of their own`] : []),
      ...[...accepted].filter(id => !stored.has(id)).map(id => `${id} was accepted and is not in the store`),
      ...jobs.filter(({ id, state }) => state === 'succeeded' && counted(id) === 0).map(({ id }) => `${id} succeeded and was not done`),
    ],
    doubled: [
      ...[...all].filter(id => counted(id) > 1).map(id => `${id} was done ${counted(id)} times`),
      ...jobs.filter(job => !isAccounted(job, evidence)).map(({ id }) => `${id} was made and nobody was told`),
      ...madeTwice(jobs),
      ...families.doubled,
    ],
    stuck: jobs.filter(({ state }) => !endStates.has(state)).map(({ id, state }) => `${id} is ${state}`),
    contradictions: [
      ...jobs.filter(({ state }) => endStates.has(state)).flatMap(job => contradictions(job, evidence)),
      ...crashes(jobs, evidence.excuses),
      ...families.contradictions,
      ...evidence.overlaps.map(([one, other]) => `${one} and ${other} are heavy and were at one site at once`),
      ...[...increments.keys()].filter(id => !stored.has(id)).map(id => `${id} was done and is not in the store`),
      ...[...told].flatMap(([id, states]) => toldOtherwise(id, states, stored.get(id))),
    ],
    unknownEffects: jobs
      .filter(({ state, effect }) => state === 'failed' && effect === 'unknown')
      .map(({ id, error }) => `${id} failed with ${error?.code ?? 'no code'} and effect unknown`),
  }
}

/** Whether somebody knows of a job: whoever asked for it, an owner who was not answered, or its parent. */
function isAccounted({ id, tag, parentId }: FinalJob, { accepted, unanswered, stored }: Evidence): boolean {
  return accepted.has(id) || (tag !== undefined && unanswered.has(tag)) || (parentId !== undefined && stored.has(parentId))
}

/** Each time an owner presses the button is one job. */
function madeTwice(jobs: readonly FinalJob[]): string[] {
  const byTag = Map.groupBy(
    jobs.filter(({ tag }) => tag !== undefined),
    ({ tag }) => tag,
  )
  return [...byTag.values()].filter(made => made.length > 1).map(made => `${made.map(({ id }) => id).join(' and ')} were asked for once`)
}

/** What the store says of a job that has ended, and sites, streams or callers do not confirm; what counts as lost or doubled is not said again. */
function contradictions(job: FinalJob, evidence: Evidence): string[] {
  const { id, state, effect, error, standIn } = job
  const { increments, told, excuses } = evidence
  const done = increments.get(id) ?? []
  const isCancelled = isAskedToCancel(job, evidence)
  const isExcused = excuses.mayBeUnknown.has(id) || (state === 'cancelled' && isCancelled)
  const wrong: readonly (readonly [boolean, string])[] = [
    [effect === undefined, `is ${state} without an effect`],
    [effect === 'none' && done.length > 0, `is ${state} with effect none and was done`],
    [effect === 'applied' && done.length === 0 && state !== 'succeeded', `is ${state} with effect applied and was not done`],
    [state === 'succeeded' && effect !== 'applied', `succeeded with effect ${effect}`],
    [effect === 'partial', `is ${state} with effect partial, and there is no part of an increment`],
    [
      effect === 'unknown' && standIn === undefined && !isExcused,
      `is ${state} with effect unknown, and nothing happened to whoever had it`,
    ],
    [state === 'expired', 'expired, and had all the time'],
    [state === 'cancelled' && standIn === undefined && !isCancelled, 'was cancelled, and nobody asked for that'],
    [state === 'failed' && effect === 'none' && !mayHaveFailed(job, excuses), `failed with ${error?.code} before it did anything`],
    [!told.has(id), `is ${state} and no stream told so`],
    [done.some(increment => !isItsPlace(increment.siteId, job, evidence)), 'was done at another site'],
  ]
  return [...wrong.filter(([is]) => is).map(([, what]) => `${id} ${what}`), ...(standIn === undefined ? [] : stoodFor(job, evidence))]
}

/** A child is not wanted any more without its parent. */
function isAskedToCancel({ id, parentId }: FinalJob, { cancelled }: Evidence): boolean {
  return cancelled.has(id) || (parentId !== undefined && cancelled.has(parentId))
}

/** What the platform asked for is given again where its run is lost before its step; what was made at the site is over then. */
function mayHaveFailed({ id, origin, error }: FinalJob, { begun }: Excuses): boolean {
  return error?.code === 'worker.crashed' || (error?.code === 'job.lost' && origin !== 'platform' && begun.has(id))
}

/** A job of a pool is done at the site of whichever of its agents has it. */
function isItsPlace(doneAt: string, { siteId, pool }: FinalJob, { pools }: Evidence): boolean {
  return pool === undefined ? doneAt === siteId : (pools.get(pool)?.has(doneAt) ?? false)
}

/** The job that stands for another one is of its site, its place, its kind and its key, and is done after that was asked for, if it is done. */
function stoodFor(job: FinalJob, { stored, increments }: Evidence): string[] {
  const passed = new Set([job.id])
  let last = job
  for (let next = job.standIn; next !== undefined; next = last.standIn) {
    const found = stored.get(next)
    if (!found) return [`${next}, which stands for ${job.id}, is not in the store`]
    if (passed.has(next)) return [`${job.id} and ${next} stand for each other`]
    if ((['siteId', 'pool', 'kind', 'shared'] as const).some(about => found[about] !== job[about]))
      return [`${next} stands for ${job.id} and is about something else`]
    passed.add(next)
    last = found
  }
  const [doneAt] = (increments.get(last.id) ?? []).map(({ at }) => at)
  return [
    ...(increments.has(job.id) ? [`${job.id} was done although ${last.id} stands for it`] : []),
    ...(doneAt !== undefined && doneAt < job.createdAt ? [`${last.id} stands for ${job.id} and was done before that was asked for`] : []),
  ]
}

/** A worker that is killed before its step is one job that did nothing. */
function crashes(jobs: readonly FinalJob[], { workersKilled }: Excuses): string[] {
  const crashed = jobs.filter(({ state, effect, error }) => state === 'failed' && effect === 'none' && error?.code === 'worker.crashed')
  return crashed.length > workersKilled ? crashed.map(({ id }) => `${id} crashed, and only ${workersKilled} workers were killed`) : []
}

function toldOtherwise(id: string, states: readonly string[], job: FinalJob | undefined): string[] {
  if (states.length > 1) return [`${id} was told to be ${states.join(' and ')}`]
  return states.filter(state => state !== job?.state).map(state => `${id} was told to be ${state} and is ${job?.state ?? 'gone'}`)
}
