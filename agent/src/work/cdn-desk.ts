import { errorRow, isErrorCode, newId, type ErrorCode, type GatewayFrame } from '@platen/protocol'
import type { CdnRequest, CdnWish } from '../domain/cdn-queue.ts'
import { worse, type CdnState, type CdnVerdict } from '../domain/cdn-verdict.ts'
import { backoffMs } from '../domain/retry.ts'
import type { CdnOutbox, CdnPurges } from '../ports/cdn-purges.ts'
import type { Clock } from '../ports/clock.ts'
import type { Journal } from '../ports/journal.ts'
import type { Log } from '../ports/log.ts'
import type { Receipts } from '../ports/receipts.ts'

/** What the desk needs. */
export interface CdnDeskOptions {
  readonly journal: Pick<Journal, 'cdn' | 'get'>
  /** Who signs what follows; absent where this agent has no key that anybody knows. */
  readonly receipts?: Receipts | undefined
  readonly clock: Pick<Clock, 'after' | 'random'>
  readonly log: Log
}

/** A job that runs and wants something purged. */
interface LiveJob {
  verdict?: CdnVerdict
  /** Whether it has heard that. */
  told: boolean
  wake?: () => void
}

/** Half of the window at least is waited, before what the gateway could not do is asked for again. */
const again = { firstMs: 10_000, capMs: 600_000 }
/** After a journal that could not be written. */
const writeAgainMs = 5_000
/** Whether the site is at a CDN, by the gateway's last word: `there` or `absent`. */
const knownName = 'cdn.known'

/** Between jobs that want pages purged at the CDN and the gateway that does it: keeps what is wanted until it is done. */
export class CdnDesk implements CdnPurges, CdnOutbox {
  readonly #options: CdnDeskOptions
  readonly #live = new Map<string, LiveJob>()
  readonly #underWay = new Set<string>()
  /** What the gateway left unanswered: others go first, since it may do so with these for ever. */
  readonly #unanswered = new Set<string>()
  /** Why what waits takes longer. */
  #reason: ErrorCode = 'cdn.unavailable'
  #failures = 0
  /** What one request meets, the next one meets too. */
  #paused = false
  #wake: (() => void) | undefined

  constructor(options: CdnDeskOptions) {
    this.#options = options
  }

  want(wish: CdnWish): void {
    this.#options.journal.cdn.add(wish, id => this.#underWay.has(id))
    if (!this.#live.has(wish.jobId)) this.#live.set(wish.jobId, { told: false })
    this.#wake?.()
  }

  /** The journal was lost: nobody knows what is to be purged, so all of the site is. */
  forgot(): void {
    this.#surely(() => this.#options.journal.cdn.add({ jobId: newId('job'), what: { everything: true }, urgent: false }, () => false))
  }

  async outcome(jobId: string, withinMs: number): Promise<CdnState> {
    const job = this.#live.get(jobId)
    if (!job) return { outcome: this.#known() === 'there' ? 'kept' : 'absent' }
    if (this.#wake && !this.#isOver(jobId, job)) await this.#news(job, withinMs)
    if (!this.#isOver(jobId, job)) return this.#whyNot()
    job.told = true
    return job.verdict
  }

  leave(jobId: string): void {
    this.#surely(() => {
      const { journal, receipts } = this.#options
      const job = this.#live.get(jobId)
      const knowsAll = job?.told === true && this.#isOver(jobId, job)
      journal.cdn.leave(jobId, knowsAll ? undefined : job?.verdict, receipts)
      this.#live.delete(jobId)
    })
  }

  attach(wake: () => void): () => void {
    this.#wake = wake
    this.#underWay.clear()
    this.#unanswered.clear()
    return () => {
      this.#wake = undefined
      this.#underWay.clear()
      for (const job of this.#live.values()) job.wake?.()
    }
  }

  next(): CdnRequest | undefined {
    if (this.#paused) return undefined
    const request = this.#nextFresh() ?? this.#nextRound()
    if (request) this.#underWay.add(request.id)
    return request
  }

  giveBack(id: string): void {
    this.#unanswered.add(id)
    this.#underWay.delete(id)
  }

  take({ purgeId, outcome, code = 'internal' }: Extract<GatewayFrame, { type: 'cdn.outcome' }>): void {
    // A newer gateway may have a code that this build does not know.
    const known = isErrorCode(code) ? code : 'cdn.refused'
    if (outcome === 'delayed') this.#reason = known
    else if (outcome !== 'failed') this.#settle(purgeId, { outcome })
    else if (errorRow(known).retry === 'wait') this.#pause(purgeId, known)
    else this.#settle(purgeId, { outcome, code: known })
  }

  #nextFresh(): CdnRequest | undefined {
    return this.#options.journal.cdn.next(id => this.#underWay.has(id) || this.#unanswered.has(id))
  }

  /** All that waits was sent once since: the unanswered have their turn again, all of them before one has a second. */
  #nextRound(): CdnRequest | undefined {
    if (this.#unanswered.size === 0) return undefined
    this.#unanswered.clear()
    return this.#nextFresh()
  }

  /** A gateway that is away may have come to know of a CDN since it said that there is none: what is wanted waits all the same. */
  #whyNot(): CdnState {
    if (this.#wake) return { outcome: 'pending', code: this.#reason }
    return this.#known() === 'absent' ? { outcome: 'absent' } : { outcome: 'pending', code: 'gateway.unreachable' }
  }

  #settle(id: string, verdict: CdnVerdict): void {
    this.#failures = 0
    this.#reason = 'cdn.unavailable'
    this.#surely(() => {
      const { journal, receipts } = this.#options
      const value = verdict.outcome === 'absent' ? 'absent' : 'there'
      const isNews = value === 'there' || this.#known() !== value
      const note = { name: knownName, value }
      const live = journal.cdn.settle({ id, verdict, isLive: job => this.#live.has(job), isNews, note, receipts })
      this.#underWay.delete(id)
      this.#tell(live ?? [], verdict)
    })
  }

  /** The request is gone now, so all jobs have the word before anything else asks the disk, which may refuse. */
  #tell(jobIds: readonly string[], verdict: CdnVerdict): void {
    for (const jobId of jobIds) {
      const job = this.#live.get(jobId)
      if (!job) continue
      job.verdict = worse(job.verdict, verdict)
      job.told = false
    }
    for (const jobId of jobIds) this.#surely(() => this.#wakeIfOver(jobId))
  }

  #wakeIfOver(jobId: string): void {
    const job = this.#live.get(jobId)
    if (job?.wake && this.#isOver(jobId, job)) job.wake()
  }

  /** The gateway could not do it now: it is sent again later, longer each time. */
  #pause(id: string, code: ErrorCode): void {
    this.#underWay.delete(id)
    this.#reason = code
    if (this.#paused) return
    this.#paused = true
    this.#failures += 1
    const { clock } = this.#options
    const waitMs = (backoffMs(this.#failures, again, 1) + backoffMs(this.#failures, again, clock.random())) / 2
    clock.after(waitMs, () => {
      this.#paused = false
      this.#wake?.()
    })
  }

  #news(job: LiveJob, withinMs: number): Promise<void> {
    return new Promise(resolve => {
      const takeBack = this.#options.clock.after(withinMs, () => job.wake?.())
      job.wake = () => {
        takeBack()
        delete job.wake
        resolve()
      }
    })
  }

  /** Of a job that was forgotten among too many that wait for the same, nothing will ever be heard. */
  #isOver(jobId: string, job: LiveJob): job is LiveJob & { readonly verdict: CdnVerdict } {
    return job.verdict !== undefined && !this.#options.journal.cdn.isOpen(jobId)
  }

  #known(): string | undefined {
    return this.#options.journal.get(knownName)
  }

  /** Does what needs the disk, however long that refuses. */
  #surely(act: () => void): void {
    try {
      act()
    } catch (error) {
      this.#options.log.error('cdn:unsaved', { error })
      this.#options.clock.after(writeAgainMs, () => this.#surely(act))
    }
  }
}
