import type { Refusal } from '../domain/policy.ts'
import type { Lease, Origin, Run, RunIdentity } from '../domain/run.ts'

/** Why an offer is not taken; `unbegun` where it is certain that no lease of it that the gateway has not settled was begun here. */
export type Declined = Refusal & { readonly unbegun?: true }

/** How far a run is; `total` 0 means unknown. */
export interface Progress {
  readonly done: number
  readonly total: number
  readonly note: string
}

/** What names one attempt of a job of the platform. */
export interface Fence {
  readonly jobId: string
  readonly attempt: number
  readonly epoch: number
}

/** Something that happened to a run: a new state (its frames, if any, are in the outbox by now), or progress. */
export type RunNews =
  | { readonly type: 'state'; readonly run: Run }
  | { readonly type: 'progress'; readonly run: Run; readonly progress: Progress }

/** A job of the platform as it is offered; `settled` is the last epoch whose outcome the gateway knows. */
export type Offered = Omit<RunIdentity, 'origin' | 'createdAt'> & { readonly settled: number }

/** What the link hears of the gateway: that it lets this agent in, that it lives, that the connection is over. */
export type GatewaySign = { readonly type: 'welcome'; readonly leaseMs: number } | { readonly type: 'life' } | { readonly type: 'gone' }

/** What a cancellation met: something that is being stopped, an end that is reported, or nothing. */
export type Cancelled = 'stopping' | 'ended' | 'unknown'

/** Everything that runs at this site. */
export interface Jobs {
  /**
   * Takes a job of the platform whose grant was checked. Idempotent by fence. `accepted` means journaled; a refusal names
   * a code of the table and, where waiting helps, when to offer the job again.
   */
  offer(offered: Offered): 'accepted' | Declined
  /**
   * Makes a job at the site.
   * @throws PlatenError kind.unknown, policy.denied, input.invalid, input.too_large, purge.too_often, agent.busy, outbox.full, disk.full
   */
  create(kind: string, input: unknown, origin: Exclude<Origin, 'platform'>): Run
  /** Stops a job; with a lease only where that is the present one, or a newer one, which it is then reported under. */
  cancel(jobId: string, lease?: Lease): Cancelled
  /**
   * What was taken before this moment of the gateway's clock may be missing from the journal: the agent has another one than
   * it had. From now on no job is begun that may have run before without anyone knowing.
   */
  forgot(before: number): void
  /** That moment, where there was one. */
  forgottenBefore(): number | undefined
  /** Takes a sign of the gateway: what it does not stand by any more, as far as is known here, does not begin. */
  notice(sign: GatewaySign): void
  /** The platform's jobs that have not ended. */
  running(): readonly Fence[]
  /** Jobs that have not ended, whoever asked for them. */
  unfinished(): number
  find(jobId: string): Run | undefined
  progressOf(jobId: string): Progress | undefined
  /** Those to which something happened last first. */
  recent(limit: number): readonly Run[]
  /** Calls back on every news until the answer is called. */
  subscribe(listener: (news: RunNews) => void): () => void
}
