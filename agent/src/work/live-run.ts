import { limits, PlatenError, toPlatenError, type Kind } from '@platen/protocol'
import type { Cost } from '../domain/day-usage.ts'
import type { Refusal } from '../domain/policy.ts'
import { transition, type Lease, type Origin, type Run, type RunEnd, type RunEvent } from '../domain/run.ts'
import type { CdnPurges } from '../ports/cdn-purges.ts'
import type { Clock } from '../ports/clock.ts'
import type { Journal, OutboxItem } from '../ports/journal.ts'
import type { Owner } from '../ports/owner.ts'
import type { Progress, RunNews } from '../ports/jobs.ts'
import type { Log } from '../ports/log.ts'
import type { Receipts } from '../ports/receipts.ts'
import type { Work, Workers } from '../ports/workers.ts'
import { outcomeFrame } from './frames.ts'
import { endOf } from './run-end.ts'
import { RunMeter } from './run-meter.ts'
import { sealEnd } from './sealed-end.ts'

/** What a live run needs of its owner. */
export interface LiveRunOptions {
  readonly journal: Journal
  readonly workers: Workers
  readonly owner: Pick<Owner, 'refusal' | 'used' | 'spent'>
  /** Whether there is a gateway to report to: without one, nothing is put into the outbox. */
  readonly reports: boolean
  /** Absent where this agent has no key that anybody knows. */
  readonly receipts?: Receipts | undefined
  /** Hears of ends once they are on record; absent where there is no gateway that could purge. */
  readonly cdn?: Pick<CdnPurges, 'leave'> | undefined
  readonly clock: Clock
  readonly log: Log
  readonly tell: (news: RunNews) => void
  readonly ended: (jobId: string) => void
}

const saveAgainMs = 5_000
const progressEveryMs = 1_000 / limits.job.progressPerSecond

/** A run that has not ended, or whose end is not journaled yet: journals each transition, then follows its effects. */
export class LiveRun {
  readonly kind: Kind
  readonly origin: Origin
  readonly createdAt: number
  run: Run
  progress: Progress | undefined
  /** Whether it is on record as running although it has not begun: its turn is next, whatever comes meanwhile. */
  isNext = false
  /** When the gateway last stood by it, by the monotonic clock: since this process runs, as far as is known. */
  vouchedAt: number = -Infinity
  readonly #options: LiveRunOptions
  readonly #meter: RunMeter
  #work: Work | undefined
  /** Why it is being stopped, where that was neither asked for nor a deadline. */
  #stoppedFor: Refusal | undefined
  #isStopping = false
  /** When it came, by the monotonic clock: one that is set neither lets a job expire nor keeps it for ever. */
  #waitsFrom: number
  #takeBackExpiry: () => void = () => {}
  #toldAt = -Infinity
  #tellsSoon = false

  constructor(run: Run, kind: Kind, options: LiveRunOptions) {
    this.run = run
    this.kind = kind
    this.origin = run.origin
    this.createdAt = run.createdAt
    this.#options = options
    this.#meter = new RunMeter(options.owner, kind, run.origin)
    this.#waitsFrom = options.clock.monotonic()
  }

  /**
   * Puts it on record, with the frames that tell of it. Where it may begin at once, it is put there as begun, since a commit of
   * its own for that would be one more to wait for. @throws PlatenError disk.full, store.unavailable, outbox.full
   */
  take(frames: readonly OutboxItem['frame'][], isNext: boolean): void {
    const { journal, clock } = this.#options
    journal.save(isNext ? transition(this.run, { type: 'start', at: clock.now() }).run : this.run, frames)
    this.isNext = isNext
    if (this.origin === 'platform') this.#expireInTime()
  }

  /** What a restart of the agent makes of it. */
  restart(): void {
    const { clock } = this.#options
    this.#apply({ type: 'restart', at: clock.now() })
    if (this.run.state === 'accepted' && this.origin === 'platform') this.#waitOn()
  }

  /** Goes on under a newer lease. @throws PlatenError disk.full, store.unavailable: then it is still the older one's */
  adopt(lease: Lease): void {
    const { run } = transition(this.run, { type: 'adopt', ...lease })
    this.#options.journal.save(run)
    this.isNext = false
    this.run = run
  }

  /** Gives it to a worker, unless it waited too long. */
  start(): void {
    if (this.#leftMs() < 0) this.fail(new PlatenError('job.expired'))
    else this.#apply({ type: 'start', at: this.#options.clock.now() })
  }

  /** Ends it before anything was done. */
  fail({ code, message }: Pick<PlatenError, 'code' | 'message'>): void {
    this.#end({ outcome: 'failed', effect: 'none', error: { code, message: message.slice(0, 500) } })
  }

  cancel(): void {
    this.#apply({ type: 'cancel', at: this.#options.clock.now() })
  }

  /** Its time in the queue has gone on since it was accepted, of which only the clock of the day knows. */
  #waitOn(): void {
    const { clock } = this.#options
    this.#waitsFrom -= Math.max(0, clock.now() - this.createdAt)
    this.#expireInTime()
  }

  /**
   * It ends with its time in the queue, since its turn may never come: the gateway whose word it waits for may be gone for good, and
   * what waits would keep the owner's own jobs out. What was asked for at the site waits for nobody, and is done however long the
   * agent was away.
   */
  #expireInTime(): void {
    this.#takeBackExpiry = this.#options.clock.after(Math.max(0, this.#leftMs() + 1), () => {
      if (this.run.state === 'accepted') this.fail(new PlatenError('job.expired'))
    })
  }

  #leftMs(): number {
    return this.#waitsFrom + this.kind.deadlines.queueMs - this.#options.clock.monotonic()
  }

  #end(end: RunEnd): void {
    this.#apply({ type: 'end', at: this.#options.clock.now(), end })
  }

  #apply(event: RunEvent): void {
    const { run, effects } = transition(this.run, event)
    if (run.state === 'running' && event.type === 'start' && !this.isNext) this.#options.journal.save(run)
    this.isNext = false
    const changed = run.state !== this.run.state
    this.run = run
    if (run.state !== 'accepted') this.#takeBackExpiry()
    for (const effect of effects) {
      if (effect.type === 'work') this.#startWork()
      if (effect.type === 'stop work') this.#stop('cancelled')
      if (effect.type === 'report' && run.state === 'ended') this.#report(run)
    }
    if (changed && run.state !== 'ended') this.#options.tell({ type: 'state', run })
  }

  /** The end has to be journaled however long the disk refuses: until then the run is not over for anyone. */
  #report(unsealed: Run & { state: 'ended' }): void {
    const { reports, clock, log, tell, ended } = this.#options
    let run = unsealed
    try {
      run = this.#putEnd(unsealed, reports)
    } catch (error) {
      log.error('run:unsaved', { jobId: run.jobId, error })
      clock.after(saveAgainMs, () => this.#report(unsealed))
      return
    }
    this.run = run
    this.#options.cdn?.leave(run.jobId)
    const { outcome, effect } = run.end
    const code = outcome === 'waiting' ? undefined : run.end.error?.code
    log.info('run:ended', { jobId: run.jobId, kind: run.kind, outcome, effect, code })
    ended(run.jobId)
    tell({ type: 'state', run })
  }

  /** End, receipt and report in one commit: none is ever there without the others. */
  #putEnd(unsealed: Run & { state: 'ended' }, reports: boolean): Run & { state: 'ended' } {
    const { run, receipts } = sealEnd(unsealed, this.kind, this.#options.receipts)
    this.#options.journal.save(run, reports ? [outcomeFrame(run)] : [], receipts)
    return run
  }

  #startWork(): void {
    const { jobId, kind, attempt, input, runMs, child } = this.run
    this.#work = this.#options.workers.start(
      { jobId, kind, attempt, input, role: this.kind.role, prompt: this.kind.prompt === true, runMs, ...(child ? { child } : {}) },
      {
        progress: (done, total, note) => this.#takeProgress({ done, total, note }),
        step: (name, stepKind) => this.#takeStep(name, stepKind),
        used: cost => this.#takeCost(cost),
      },
    )
    void this.#work.done.then(outcome => {
      this.#meter.isOver(outcome.bill)
      this.#end(endOf(outcome, this.origin, this.#stoppedFor))
    })
  }

  #stop(reason: string): void {
    this.#isStopping = true
    this.#work?.cancel(reason)
  }

  #takeCost(cost: Cost): void {
    if (this.run.state !== 'running') return
    const refusal = this.#meter.used(cost)
    if (!refusal || this.#isStopping) return
    this.#stoppedFor = refusal
    this.#stop('allowance')
  }

  /** A step that can't be journaled must not happen: the worker is stopped. */
  #takeStep(name: string, kind: string): boolean {
    const { jobId, state } = this.run
    // A worker that is over says nothing more that counts.
    if (state !== 'running') return false
    try {
      this.#options.journal.step(jobId, name, kind)
    } catch (error) {
      this.#options.log.error('run:step_unsaved', { jobId, code: toPlatenError(error).code })
      this.#stop('journal')
      return false
    }
    this.#apply({ type: 'step', name, kind })
    return true
  }

  /** The latest wins: what comes sooner than the bound allows is told when its time has come, unless something newer is. */
  #takeProgress(progress: Progress): void {
    this.progress = progress
    if (this.#tellsSoon) return
    const { clock } = this.#options
    const waitMs = this.#toldAt + progressEveryMs - clock.monotonic()
    if (waitMs <= 0) return this.#tellProgress()
    this.#tellsSoon = true
    clock.after(waitMs, () => this.#tellProgress())
  }

  #tellProgress(): void {
    this.#tellsSoon = false
    if (this.run.state !== 'running' || !this.progress) return
    this.#toldAt = this.#options.clock.monotonic()
    this.#options.tell({ type: 'progress', run: this.run, progress: this.progress })
  }
}
