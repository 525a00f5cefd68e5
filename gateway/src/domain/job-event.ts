import type { Bill } from './bill.ts'
import type { ChildOutcome, Effect, JobEnd, Reason } from './job.ts'

/** What an agent, or the connection to it, says of an attempt; `epoch` and `agentId` say which. */
export type AgentEvent = { readonly epoch: number; readonly agentId: string } & (
  | { readonly type: 'accept' | 'renew' | 'offer again'; readonly leaseMs: number }
  /** `unbegun`: the agent's journal is whole, and knows of no run of a lease after `settled`. */
  | ({ readonly type: 'decline'; readonly retryAfterMs?: number; readonly unbegun?: true } & Reason)
  | { readonly type: 'end'; readonly end: JobEnd }
  | { readonly type: 'wait'; readonly childId: string; readonly effect: Effect; readonly bill?: Bill }
)

/** What can happen to a job. */
export type JobEvent =
  | AgentEvent
  | { readonly type: 'claim'; readonly agentId: string; readonly leaseMs: number }
  | { readonly type: 'cancel' }
  | { readonly type: 'supersede'; readonly by: string }
  | { readonly type: 'resume'; readonly child: ChildOutcome }
  | { readonly type: 'tick' }
