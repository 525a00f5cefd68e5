import type { Run } from '../domain/run.ts'
import type { AgentFrame } from '@platen/protocol'

/** A frame that waits for the gateway's acknowledgement. */
export interface OutboxItem {
  readonly id: number
  readonly frame: Extract<AgentFrame, { type: 'job.result' | 'job.wait' | 'job.created' }>
}

/**
 * What the agent remembers over a crash. Every method has committed to disk when it returns; the agent journals before it
 * acts and before it reports. Calls are short and synchronous: one small SQLite database per agent.
 *
 * All methods throw PlatenError disk.full or store.unavailable.
 */
export interface Journal {
  /** Writes a run and, in the same commit, the frames that tell the gateway of it. */
  save(run: Run, frames?: readonly OutboxItem['frame'][]): void
  find(jobId: string): Run | undefined
  /** Runs that had not ended: what a restart has to settle. */
  unfinished(): readonly Run[]
  /** What was saved last first. */
  recent(limit: number): readonly Run[]
  /** Frames that wait, oldest first. */
  outbox(limit: number): readonly OutboxItem[]
  waiting(): number
  /** The gateway has the frame of this id; one that took its place meanwhile has another. */
  acknowledge(id: number): void
  /** Notes that a step begins. */
  step(jobId: string, name: string, kind: string): void
  /** Remembers a nonce of a signed local request; false where it was there already. */
  nonce(nonce: string, expiresAt: number): boolean
  /** A small named value, such as the last state sequence. */
  get(name: string): string | undefined
  set(name: string, value: string): void
  close(): void
}
