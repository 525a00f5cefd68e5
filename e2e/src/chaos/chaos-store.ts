/** Where a run's gateway keeps what it knows. */
export interface ChaosStore {
  /** What `gateway init` and `gateway run` are told. */
  readonly options: readonly string[]
  /** Kills the store where it is a process of its own, and starts it again on the same data. */
  readonly process?: { kill(): Promise<void>; start(): Promise<void> }
  close(): Promise<void>
}

/** SQLite lives and dies with the gateway's process. */
export const sqliteChaosStore: ChaosStore = { options: [], close: () => Promise.resolve() }
