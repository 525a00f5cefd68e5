/** What is counted: its meaning, and the label that tells its parts apart. Labels come from tables of ours, never from a peer. */
export const counters = {
  link_upgrades: ['Agents that asked to be connected, by what they were answered.', 'answer'],
  link_closes: ['Connections that ended, by close code.', 'code'],
  link_frames_refused: ['Frames that changed nothing, by code.', 'code'],
  link_duplicates: ['Times that two processes were found to hold one agent’s key.', undefined],
  log_lines_withheld: ['Log lines that were not written because there were too many of their kind.', undefined],
  jobs_offered: ['Jobs that were offered to agents.', undefined],
  jobs_declined: ['Offers that agents declined, by code.', 'code'],
  jobs_ended: ['Jobs that agents or the clock ended, by state.', 'state'],
} as const satisfies Readonly<Record<string, readonly [meaning: string, label: string | undefined]>>

/** A counter's name. */
export type CounterName = keyof typeof counters

/** Values that are looked up whenever somebody asks. */
export const gauges = {
  link_sessions: 'Agents that are connected.',
  link_unproven: 'Sockets that have not shown who they are yet, or are closing.',
  link_duplicate_agents: 'Agents that get no jobs because two processes hold their key.',
} as const

/** A gauge's name. */
export type GaugeName = keyof typeof gauges

/** Counts what happens, for whoever watches over the gateway. */
export interface Metrics {
  /** Adds one. `label` is needed where the table names one. */
  count(name: CounterName, label?: string): void
  /** Tells how a value is looked up. */
  gauge(name: GaugeName, read: () => number): void
}

/** Counts for nobody. */
export const noMetrics: Metrics = { count: () => {}, gauge: () => {} }
