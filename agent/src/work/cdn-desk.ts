import { errorRow, isErrorCode, newId, type ErrorCode, type GatewayFrame } from '@platen/protocol'
import type { CdnRequest, CdnWish } from '../domain/cdn-queue.ts'
import { worse, type CdnState, type CdnVerdict } from '../domain/cdn-verdict.ts'
import type { CdnHead } from '../ports/cdn-ledger.ts'
import type { CdnOutbox, CdnPurges } from '../ports/cdn-purges.ts'
import type { Clock } from '../ports/clock.ts'
import type { Journal } from '../ports/journal.ts'
import type { Log } from '../ports/log.ts'
import type { Receipts } from '../ports/receipts.ts'
import { CdnPause } from './cdn-pause.ts'

/** What the desk needs. */
export interface CdnDeskOptions {
  readonly journal: Pick<Journal, 'cdn' | 'get'>
  /** Who signs what follows; absent where this agent has no key that anybody knows. */
  readonly receipts?: Receipts | undefined
  readonly clock: Pick<Clock, 'after' | 'random'>
  /** Hears after each word of the gateway whether pages are to have tags at the CDN. */
  readonly switchTags?: (isOn: boolean) => void
  readonly log: Log
}

/** A job that runs and wants something purged. */
interface LiveJob {
  verdict?: CdnVerdict
  /** Whether it has heard that. */
  told: boolean
  wake?: () => void
}

/** After a journal that could not be written. */
const writeAgainMs = 5_000
/** Whether the site is at a CDN, by the gateway's last word: `there`, `tags` where it is purged by tags as well, or `absent`. */
const knownName = 'cdn.known'

/** Between jobs that want pages purged at the CDN and the gateway that does it: keeps what is wanted until it is done. */
export class CdnDesk implements CdnPurges, CdnOutbox {
  readonly #options: CdnDeskOptions
  readonly #live = new Map<string, LiveJob>()
  readonly #underWay = new Map<string, Pick<CdnHead, 'urgent' | 'isTags'>>()
  /** What the gateway left unanswered: others go first, since it may do so with these for ever. */
  readonly #unanswered = new Set<string>()
  /** Why what waits takes longer. */
  #reason: ErrorCode = 'cdn.unavailable'
  /** What one request meets, the next one meets too; but tags may meet what nothing else does. */
  readonly #pause: CdnPause
  readonly #tagsPause: CdnPause
  #takesTags = false
  #wake: (() => void) | undefined

  constructor(options: CdnDeskOptions) {
    this.#options = options
    this.#pause = new CdnPause(options.clock)
    this.#tagsPause = new CdnPause(options.clock)
  }

  want(wish: CdnWish): void {
    if ('tags' in wish.what) return this.#wantTags(wish)
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
    if (!job) return { outcome: [undefined, 'absent'].includes(this.#known()) ? 'absent' : 'kept' }
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

  attach(wake: () => void, takesTags: boolean): () => void {
    this.#wake = wake
    this.#takesTags = takesTags
    this.#underWay.clear()
    this.#unanswered.clear()
    return () => {
      this.#wake = undefined
      this.#underWay.clear()
      for (const job of this.#live.values()) job.wake?.()
    }
  }

  next(): CdnRequest | undefined {
    if (this.#pause.isOn) return undefined
    const request = this.#nextFresh() ?? this.#nextRound()
    if (request) this.#underWay.set(request.id, { urgent: request.urgent, isTags: 'tags' in request.what })
    return request
  }

  giveBack(id: string): void {
    this.#unanswered.add(id)
    this.#underWay.delete(id)
  }

  take({ purgeId, outcome, code = 'internal' }: Extract<GatewayFrame, { type: 'cdn.outcome' }>): void {
    // A newer gateway may have a code that this build does not know.
    const known = isErrorCode(code) ? code : 'cdn.refused'
    if (outcome === 'delayed') this.#note(purgeId, known)
    else if (outcome !== 'failed') this.#settle(purgeId, { outcome })
    else if (errorRow(known).retry === 'wait') this.#stop(purgeId, known)
    else this.#settle(purgeId, { outcome, code: known })
  }

  #nextFresh(): CdnRequest | undefined {
    return this.#options.journal.cdn.next(
      head => this.#underWay.has(head.id) || this.#unanswered.has(head.id) || (head.isTags && !this.#mayTags(head.urgent)),
    )
  }

  /** The gateway may keep tags waiting for long: of four requests at once, two are never of tags. */
  #mayTags(urgent: boolean): boolean {
    if (!this.#takesTags || this.#tagsPause.isOn) return false
    return ![...this.#underWay.values()].some(other => other.isTags && other.urgent === urgent)
  }

  /** Of tags no job hears, so the URLs' word is the CDN's. Where no page has any, there are none to purge. */
  #wantTags(wish: CdnWish): void {
    if (this.#known() !== 'tags') return
    this.#options.journal.cdn.add(wish, id => this.#underWay.has(id))
    this.#wake?.()
  }

  /** Why URLs take longer: tags do so without a reason that concerns others. */
  #note(id: string, code: ErrorCode): void {
    if (!this.#underWay.get(id)?.isTags) this.#reason = code
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
    if (this.#underWay.get(id)?.isTags) this.#tagsPause.reset()
    else {
      this.#pause.reset()
      this.#reason = 'cdn.unavailable'
    }
    this.#surely(() => {
      const { journal, receipts } = this.#options
      const value = verdict.outcome === 'absent' ? 'absent' : this.#takesTags ? 'tags' : 'there'
      const isNews = value !== 'absent' || this.#known() !== value
      const note = { name: knownName, value }
      const live = journal.cdn.settle({ id, verdict, isLive: job => this.#live.has(job), isNews, note, receipts })
      this.#underWay.delete(id)
      this.#tell(live ?? [], verdict)
      this.#options.switchTags?.(value === 'tags')
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
  #stop(id: string, code: ErrorCode): void {
    const isTags = this.#underWay.get(id)?.isTags
    this.#note(id, code)
    this.#underWay.delete(id)
    ;(isTags ? this.#tagsPause : this.#pause).begin(() => this.#wake?.())
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
