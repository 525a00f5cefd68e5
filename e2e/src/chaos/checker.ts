/** A job as the API showed it at the end; only what is judged. */
export interface FinalJob {
  readonly id: string
  readonly state: string
  readonly effect?: string
  readonly error?: { readonly code: string }
  readonly standIn?: string
}

/** Everything that was seen of a run, by whom. */
export interface Evidence {
  /** Jobs that the API said it had taken. */
  readonly accepted: ReadonlySet<string>
  /** What the store holds, by job. */
  readonly stored: ReadonlyMap<string, FinalJob>
  /** What the sites counted, by job. */
  readonly increments: ReadonlyMap<string, number>
  /** End states that event streams told, by job. */
  readonly told: ReadonlyMap<string, ReadonlySet<string>>
}

/** What is wrong, as sentences: none of them may be there after a run. */
export interface Verdict {
  readonly lost: readonly string[]
  readonly doubled: readonly string[]
  readonly stuck: readonly string[]
  readonly contradictions: readonly string[]
  /** Jobs of which nobody can say what they did: no more of them than runs that were interrupted. */
  readonly unknownEffects: readonly string[]
}

const endStates: ReadonlySet<string> = new Set(['succeeded', 'failed', 'cancelled', 'expired'])

/** Compares the store with what really happened at the sites. Knows nothing of leases, attempts or handlers. */
export function judge({ accepted, stored, increments, told }: Evidence): Verdict {
  const jobs = [...stored.values()]
  const counted = (id: string): number => increments.get(id) ?? 0
  const all = new Set([...stored.keys(), ...increments.keys()])
  return {
    lost: [
      ...[...accepted].filter(id => !stored.has(id)).map(id => `${id} was accepted and is not in the store`),
      ...jobs.filter(({ id, state }) => state === 'succeeded' && counted(id) === 0).map(({ id }) => `${id} succeeded and was not done`),
    ],
    doubled: [...all].filter(id => counted(id) > 1).map(id => `${id} was done ${counted(id)} times`),
    stuck: jobs.filter(({ state }) => !endStates.has(state)).map(({ id, state }) => `${id} is ${state}`),
    contradictions: [
      ...jobs.flatMap(job => contradictions(job, counted(job.id), stored)),
      ...[...increments.keys()].filter(id => !stored.has(id)).map(id => `${id} was done and is not in the store`),
      ...[...told].flatMap(([id, states]) => toldOtherwise(id, states, stored.get(id))),
    ],
    unknownEffects: jobs
      .filter(({ state, effect }) => state === 'failed' && effect === 'unknown')
      .map(({ id, error }) => `${id} failed with ${error?.code ?? 'no code'} and effect unknown`),
  }
}

/** What the store says of a job and its site does not confirm; what counts as lost, doubled or stuck is not said again. */
function contradictions({ id, state, effect, standIn }: FinalJob, counted: number, stored: Evidence['stored']): string[] {
  if (!endStates.has(state)) return []
  return [
    ...(effect === undefined ? [`${id} is ${state} without an effect`] : []),
    ...(effect === 'none' && counted > 0 ? [`${id} is ${state} with effect none and was done`] : []),
    ...(effect === 'applied' && counted === 0 && state !== 'succeeded' ? [`${id} is ${state} with effect applied and was not done`] : []),
    ...(state === 'succeeded' && effect !== 'applied' ? [`${id} succeeded with effect ${effect}`] : []),
    ...(standIn !== undefined && counted > 0 ? [`${id} was done although ${standIn} stands for it`] : []),
    ...(standIn !== undefined && !stored.has(standIn) ? [`${standIn}, which stands for ${id}, is not in the store`] : []),
  ]
}

function toldOtherwise(id: string, states: ReadonlySet<string>, job: FinalJob | undefined): string[] {
  if (states.size > 1) return [`${id} was told to be ${[...states].join(' and ')}`]
  return [...states].filter(state => state !== job?.state).map(state => `${id} was told to be ${state} and is ${job?.state ?? 'gone'}`)
}
