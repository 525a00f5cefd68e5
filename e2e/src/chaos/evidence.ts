/** A job as the API showed it at the end; only what is judged. */
export interface FinalJob {
  readonly id: string
  readonly siteId: string
  readonly kind: string
  readonly origin: string
  /** Whose agents it was for, in place of the site's own. */
  readonly pool?: string
  readonly state: string
  readonly attempt: number
  /** Ms since the epoch. */
  readonly createdAt: number
  readonly effect?: string
  readonly error?: { readonly code: string }
  readonly standIn?: string
  /** What jobs of one site that become one have in common. */
  readonly shared?: string
  /** By which an owner knows again what he asked for. */
  readonly tag?: string
  /** The job that asked for it. */
  readonly parentId?: string
  /** The pool for which it asked for its child. */
  readonly childPool?: string
  /** What it says that it was told of its child. */
  readonly toldChild?: { readonly jobId: string; readonly state: string }
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
  /** Those that had begun where an agent was killed: what nobody can give it again has failed then, maybe before its step. */
  readonly begun: ReadonlySet<string>
  /** Workers that were killed: as many runs may have crashed before their step. */
  readonly workersKilled: number
}

/** Everything that was seen of a run, by whom. */
export interface Evidence {
  /** Jobs that were asked for. */
  readonly asked: number
  /** Those of which somebody was told that they were taken. */
  readonly accepted: ReadonlySet<string>
  /** Those that somebody asked to cancel. */
  readonly cancelled: ReadonlySet<string>
  /** Tags of jobs that owners asked for without an answer: they were made or not. */
  readonly unanswered: ReadonlySet<string>
  /** What the store holds, by job. */
  readonly stored: ReadonlyMap<string, FinalJob>
  /** What the sites counted, by job. */
  readonly increments: ReadonlyMap<string, readonly Increment[]>
  /** Sites whose agents serve each pool. */
  readonly pools: ReadonlyMap<string, ReadonlySet<string>>
  /** Heavy jobs that were at one site at once. */
  readonly overlaps: readonly (readonly [string, string])[]
  /** End states that event streams told, by job, as often as they did. */
  readonly told: ReadonlyMap<string, readonly string[]>
  readonly excuses: Excuses
}
