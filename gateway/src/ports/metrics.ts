/** A counter's name. */
export type CounterName =
  | 'link_upgrades'
  | 'link_closes'
  | 'link_frames_refused'
  | 'link_frames_surplus'
  | 'link_duplicates'
  | 'http_tokens_refused'
  | 'log_lines_withheld'
  | 'jobs_offered'
  | 'jobs_declined'
  | 'jobs_ended'
  | 'store_failures'

/** A counter's meaning, and the label that tells its parts apart. Labels come from tables of ours, never from a peer. */
export interface CounterRow {
  readonly meaning: string
  readonly label?: string
}

/** What is counted. */
export const counters: Readonly<Record<CounterName, CounterRow>> = {
  link_upgrades: { meaning: 'Agents that asked to be connected, by what they were answered.', label: 'answer' },
  link_closes: { meaning: 'Connections that ended, by close code.', label: 'code' },
  link_frames_refused: { meaning: 'Frames that changed nothing, by code.', label: 'code' },
  link_frames_surplus: { meaning: 'Frames that came sooner or oftener than they may and were left out, by type.', label: 'frame' },
  link_duplicates: { meaning: 'Times that two processes were found to hold one agent’s key.' },
  http_tokens_refused: { meaning: 'Requests whose API or enrolment token let nobody in, by code.', label: 'code' },
  log_lines_withheld: { meaning: 'Log lines that were not written because there were too many of their kind.' },
  jobs_offered: { meaning: 'Jobs that were offered to agents.' },
  jobs_declined: { meaning: 'Offers that agents declined, by code.', label: 'code' },
  jobs_ended: { meaning: 'Jobs that agents or the clock ended, by state.', label: 'state' },
  store_failures: { meaning: 'Failures inside the store, by the code that callers were told.', label: 'code' },
}

/** A gauge's name. */
export type GaugeName = 'link_sessions' | 'link_unproven' | 'link_duplicate_agents'

/** Values that are looked up whenever somebody asks. */
export const gauges: Readonly<Record<GaugeName, string>> = {
  link_sessions: 'Agents that are connected.',
  link_unproven: 'Sockets that have not shown who they are yet, or are closing.',
  link_duplicate_agents: 'Agents that get no jobs because two processes hold their key.',
}

/** Counts what happens, for whoever watches over the gateway. */
export interface Metrics {
  /** Adds one. `label` is needed where the table names one. */
  count(name: CounterName, label?: string): void
  /** Tells how a value is looked up. */
  gauge(name: GaugeName, read: () => number): void
}

/** Counts for nobody. */
export const noMetrics: Metrics = { count: () => {}, gauge: () => {} }
