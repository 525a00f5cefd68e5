/** A job as the API showed it at the end; only what is judged. */
export interface FinalJob {
  readonly id: string
  readonly siteId: string
  readonly state: string
  /** Ms since the epoch. */
  readonly createdAt: number
  readonly effect?: string
  readonly error?: { readonly code: string }
  readonly standIn?: string
  /** What jobs of one site that become one have in common. */
  readonly shared?: string
}

/** One increment, as the site that was asked for it saw it. */
export interface Increment {
  readonly siteId: string
  /** Ms since the epoch. */
  readonly at: number
}

/** What may have happened to jobs by what was done to those who had them. */
export interface Excuses {
  /** Runs in flight at an agent that was killed, stopped, or cut off past its lease: nobody need know what they did. */
  readonly mayBeUnknown: ReadonlySet<string>
  /** Workers that were killed: as many runs may have crashed before their step. */
  readonly workersKilled: number
}

/** Everything that was seen of a run, by whom. */
export interface Evidence {
  /** Jobs that were asked for. */
  readonly asked: number
  /** Those that the API said it had taken. */
  readonly accepted: ReadonlySet<string>
  /** Those that somebody asked to cancel. */
  readonly cancelled: ReadonlySet<string>
  /** What the store holds, by job. */
  readonly stored: ReadonlyMap<string, FinalJob>
  /** What the sites counted, by job. */
  readonly increments: ReadonlyMap<string, readonly Increment[]>
  /** End states that event streams told, by job, as often as they did. */
  readonly told: ReadonlyMap<string, readonly string[]>
  readonly excuses: Excuses
}

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
  return {
    lost: [
      ...(accepted.size < asked ? [`${asked - accepted.size} jobs were asked for and have no id of their own`] : []),
      ...[...accepted].filter(id => !stored.has(id)).map(id => `${id} was accepted and is not in the store`),
      ...jobs.filter(({ id, state }) => state === 'succeeded' && counted(id) === 0).map(({ id }) => `${id} succeeded and was not done`),
    ],
    doubled: [
      ...[...all].filter(id => counted(id) > 1).map(id => `${id} was done ${counted(id)} times`),
      ...jobs.filter(({ id }) => !accepted.has(id)).map(({ id }) => `${id} was made and nobody was told`),
    ],
    stuck: jobs.filter(({ state }) => !endStates.has(state)).map(({ id, state }) => `${id} is ${state}`),
    contradictions: [
      ...jobs.filter(({ state }) => endStates.has(state)).flatMap(job => contradictions(job, evidence)),
      ...crashes(jobs, evidence.excuses),
      ...[...increments.keys()].filter(id => !stored.has(id)).map(id => `${id} was done and is not in the store`),
      ...[...told].flatMap(([id, states]) => toldOtherwise(id, states, stored.get(id))),
    ],
    unknownEffects: jobs
      .filter(({ state, effect }) => state === 'failed' && effect === 'unknown')
      .map(({ id, error }) => `${id} failed with ${error?.code ?? 'no code'} and effect unknown`),
  }
}

/** What the store says of a job that has ended, and sites, streams or callers do not confirm; what counts as lost or doubled is not said again. */
function contradictions(job: FinalJob, evidence: Evidence): string[] {
  const { id, siteId, state, effect, error, standIn } = job
  const { increments, told, cancelled, excuses } = evidence
  const done = increments.get(id) ?? []
  const isExcused = excuses.mayBeUnknown.has(id) || (state === 'cancelled' && cancelled.has(id))
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
    [state === 'cancelled' && standIn === undefined && !cancelled.has(id), 'was cancelled, and nobody asked for that'],
    [state === 'failed' && effect === 'none' && error?.code !== 'worker.crashed', `failed with ${error?.code} before it did anything`],
    [!told.has(id), `is ${state} and no stream told so`],
    [done.some(increment => increment.siteId !== siteId), 'was done at another site'],
  ]
  return [...wrong.filter(([is]) => is).map(([, what]) => `${id} ${what}`), ...(standIn === undefined ? [] : stoodFor(job, evidence))]
}

/** The job that stands for another one is of its site and its key, and is done after that was asked for, if it is done. */
function stoodFor(job: FinalJob, { stored, increments }: Evidence): string[] {
  const passed = new Set([job.id])
  let last = job
  for (let next = job.standIn; next !== undefined; next = last.standIn) {
    const found = stored.get(next)
    if (!found) return [`${next}, which stands for ${job.id}, is not in the store`]
    if (passed.has(next)) return [`${job.id} and ${next} stand for each other`]
    if (found.siteId !== job.siteId || found.shared !== job.shared) return [`${next} stands for ${job.id} and is about something else`]
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
