import type { AgentFrame, ErrorCode, GatewayFrame, ReceiptAnchor } from '@platen/protocol'
import { effectOf, tally, type BegunStep } from './effect.ts'

/** Who asked for a job. */
export type Origin = 'platform' | 'owner' | 'event' | 'root'

/** What a run cost, and what it saved. */
export interface Bill {
  readonly cpuMs: number
  readonly peakRssBytes: number
  readonly wallMs: number
  /** From and to disks. */
  readonly readBytes: number
  readonly writtenBytes: number
  readonly savedBytes: number
}

/** Whether the site was changed. */
export type Effect = 'none' | 'applied' | 'partial' | 'unknown'

/** What a job is and who wants it; fixed from the start. */
export interface RunIdentity {
  readonly jobId: string
  readonly kind: string
  readonly input: unknown
  readonly origin: Origin
  /** 0 for jobs made at the site: they have no lease, so nothing to fence. */
  readonly attempt: number
  readonly epoch: number
  readonly runMs: number
  readonly createdAt: number
  /** What became of the job that the run before asked for. */
  readonly child?: ChildOutcome
}

/** A job that a run asks for and waits for. */
export type ChildRequest = Extract<AgentFrame, { type: 'job.wait' }>['child']

/** What a run is told of the job that was asked for. */
export type ChildOutcome = NonNullable<Extract<GatewayFrame, { type: 'job.offer' }>['child']>

/** What names one lease of a job. */
export type Lease = Pick<RunIdentity, 'attempt' | 'epoch'>

/**
 * The agent's job machine: one attempt of one job.
 *
 * **accepted** — journaled, waiting for its turn; nothing has been done. Left by `start`, `cancel` or `end`. A restart leaves it
 * there: nothing was done yet.
 *
 * **running** — a worker has it. Left by `end`; by a restart, which ends it `failed` with `job.lost`, its effect `none`
 * where no step had begun, `unknown` where one that is not repeatable had, `partial` otherwise.
 *
 * **ended** — the result waits in the outbox until the gateway has it. For good, but that `adopt` reports the same end again.
 *
 * `adopt` gives it a newer lease in every state: the gateway had not heard of it, and what was begun goes on instead of being
 * done twice.
 */
export type Run = RunIdentity &
  (
    | { readonly state: 'accepted' }
    | { readonly state: 'running'; readonly startedAt: number; readonly steps: readonly BegunStep[] }
    | { readonly state: 'ended'; readonly finishedAt: number; readonly end: RunEnd; readonly receipt?: ReceiptAnchor }
  )

/** How a run ended, or what it waits for. */
export type RunEnd = { readonly effect: Effect; readonly bill?: Bill } & (
  | {
      readonly outcome: 'succeeded' | 'failed' | 'cancelled'
      readonly result?: unknown
      readonly error?: { readonly code: ErrorCode; readonly message: string }
    }
  | { readonly outcome: 'waiting'; readonly child: ChildRequest }
)

/** What can happen to a run. */
export type RunEvent =
  | { readonly type: 'start'; readonly at: number }
  | ({ readonly type: 'step' } & BegunStep)
  | ({ readonly type: 'adopt' } & Lease)
  | { readonly type: 'cancel'; readonly at: number }
  | { readonly type: 'end'; readonly at: number; readonly end: RunEnd }
  | { readonly type: 'restart'; readonly at: number }

/** What the owner of the machine has to do after a transition, in order. */
export type RunEffect = { readonly type: 'work' } | { readonly type: 'stop work' } | { readonly type: 'report' }

/** A transition's outcome: the state to journal, then the effects. An event that the state does not know changes nothing. */
export interface RunStep {
  readonly run: Run
  readonly effects: readonly RunEffect[]
}

/** The next state of a run, and what follows from it. */
export function transition(run: Run, event: RunEvent): RunStep {
  switch (run.state) {
    case 'accepted':
      return fromAccepted(run, event)
    case 'running':
      return fromRunning(run, event)
    case 'ended':
      return event.type === 'adopt' ? { run: leased(run, event), effects: [{ type: 'report' }] } : { run, effects: [] }
  }
}

/** What a run costs that never began. */
const nothing: Bill = { cpuMs: 0, peakRssBytes: 0, wallMs: 0, readBytes: 0, writtenBytes: 0, savedBytes: 0 }

function fromAccepted(run: Run & { state: 'accepted' }, event: RunEvent): RunStep {
  switch (event.type) {
    case 'start':
      return { run: { ...run, state: 'running', startedAt: event.at, steps: [] }, effects: [{ type: 'work' }] }
    case 'cancel':
      return ended(run, event.at, { outcome: 'cancelled', effect: 'none', bill: nothing })
    case 'end':
      return ended(run, event.at, { bill: nothing, ...event.end })
    case 'adopt':
      return { run: leased(run, event), effects: [] }
    case 'restart':
    case 'step':
      return { run, effects: [] }
  }
}

function fromRunning(run: Run & { state: 'running' }, event: RunEvent): RunStep {
  switch (event.type) {
    case 'step':
      return { run: { ...run, steps: [...run.steps, { name: event.name, kind: event.kind }] }, effects: [] }
    case 'cancel':
      return { run, effects: [{ type: 'stop work' }] }
    case 'end':
      return ended(run, event.at, event.end)
    case 'restart':
      return ended(run, event.at, {
        outcome: 'failed',
        effect: effectOf(tally(run.steps)),
        error: { code: 'job.lost', message: 'The agent stopped while it ran the job.' },
      })
    case 'adopt':
      return { run: leased(run, event), effects: [] }
    case 'start':
      return { run, effects: [] }
  }
}

/** The same run under a newer lease; an older one changes nothing. */
function leased<Any extends Run>(run: Any, { attempt, epoch }: Lease): Any {
  return epoch > run.epoch ? { ...run, attempt, epoch } : run
}

function ended(run: Run, finishedAt: number, end: RunEnd): RunStep {
  const { jobId, kind, input, origin, attempt, epoch, runMs, createdAt, child } = run
  const identity = { jobId, kind, input, origin, attempt, epoch, runMs, createdAt, ...(child ? { child } : {}) }
  return {
    run: { ...identity, state: 'ended', finishedAt, end },
    effects: [{ type: 'report' }],
  }
}
