/** Time and chance, injected so that tests decide both. */
export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  now(): number
  /** Milliseconds since some moment: goes on evenly, whoever sets the clock. For how long something takes. */
  monotonic(): number
  /** Calls back once after so long; the answer takes the call back. Does not keep the process alive by itself. */
  after(ms: number, call: () => void): () => void
  /** A number in [0, 1). */
  random(): number
}
