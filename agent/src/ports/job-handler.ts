import type { DocumentPolicy, KindTypes } from '@platen/protocol'
import type { StepKind } from '../domain/effect.ts'
import type { ChildOutcome, ChildRequest } from '../domain/run.ts'
import type { Clock } from './clock.ts'
import type { Log } from './log.ts'
import type { PhpChannel } from './php-channel.ts'
import type { SiteChanges } from './site-changes.ts'

/** What a running job is given. */
export interface JobContext<Input> {
  readonly jobId: string
  readonly attempt: number
  readonly input: Input
  /** What became of the job that the run before this one asked for. */
  readonly child?: ChildOutcome
  readonly policy: DocumentPolicy
  /** Aborts on cancellation and at the run's deadline. */
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly log: Log
  readonly php: PhpChannel
  /** What the plugin noted and no job has brought into effect yet; for cache.purge alone, other kinds are refused. */
  readonly changes: SiteChanges
  /** How far the job is; `total` 0 means unknown. Cheap: the latest wins. */
  progress(done: number, total: number, note: string): void
  /** Journals that the step begins, then runs it. After a crash the journal says which steps may have happened. */
  step<T>(name: string, kind: StepKind, run: () => Promise<T>): Promise<T>
}

/** What a handler ends with; `effect` says whether the site was changed. Failures are thrown as PlatenError. */
export interface HandlerOutcome<Result> {
  readonly result: Result
  readonly effect: 'none' | 'applied' | 'partial'
  /** For the bill: bytes that this run spares visitors or the disk from now on. */
  readonly savedBytes?: number
}

/** What a handler ends with that goes on when another job has ended: it is called again, with what became of that. */
export interface WaitingOutcome {
  readonly waitFor: ChildRequest
  readonly effect: 'none' | 'applied' | 'partial'
}

/** Carries out one kind of job, in a child process with the rights of the kind's role. */
export type Handler<Name extends keyof KindTypes> = (
  context: JobContext<KindTypes[Name]['input']>,
) => Promise<HandlerOutcome<KindTypes[Name]['result']>>
