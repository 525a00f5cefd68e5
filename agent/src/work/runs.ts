import { newId, PlatenError, toldError, toPlatenError, type Kind } from '@platen/protocol'
import { compareOffer } from '../domain/offer.ts'
import { mayHaveRun } from '../domain/lost-memory.ts'
import { judge, refusal, type Refusal } from '../domain/policy.ts'
import { transition, type Lease, type Origin, type Run, type RunIdentity } from '../domain/run.ts'
import type { Cancelled, Declined, Fence, GatewaySign, Jobs, Offered, Progress, RunNews } from '../ports/jobs.ts'
import { refusalOf, toRefusal, type AdmissionRules } from './admission.ts'
import { CancelledLeases } from './cancelled-leases.ts'
import { createdFrames, outcomeFrame } from './frames.ts'
import { LiveRun, type LiveRunOptions } from './live-run.ts'
import { MemoryLoss } from './memory-loss.ts'
import { NewsListeners } from './news-listeners.ts'
import { Turns } from './turns.ts'

/** What the owner of all runs needs. */
export type RunsOptions = AdmissionRules & Omit<LiveRunOptions, 'tell' | 'ended'>

/** Runs that have not ended, at most: more than a heartbeat may list (64) would be lost to the gateway. */
const mostUnfinished = 48
const busyRetryMs = 30_000
/** A heavy run may take hours: the offer after it may come a little late. */
const heavyRetryMs = 60_000

/** Everything that runs at this site: the one owner of the job machine. */
export class Runs implements Jobs {
  readonly #options: RunsOptions
  readonly #turns: Turns
  readonly #listeners: NewsListeners
  readonly #cancelled = new CancelledLeases()
  readonly #loss: MemoryLoss
  #closing = false

  /**
   * Takes over what the journal holds: settles what a crash left, and lets what had not begun wait for its turn; what the
   * platform asked for, until the gateway was heard.
   */
  constructor(options: RunsOptions) {
    this.#options = options
    const { journal, kinds, policy, log } = options
    this.#listeners = new NewsListeners(log)
    this.#loss = new MemoryLoss(journal, log)
    this.#turns = new Turns(options.clock)
    for (const run of journal.unfinished()) {
      const kind = kinds.get(run.kind)
      if (!kind) {
        this.#giveUp(run)
        continue
      }
      const live = this.#liveRun(run, kind)
      this.#turns.add(live)
      live.restart()
      const refusal = live.run.state === 'accepted' && judge(policy, kinds, run)
      if (refusal) live.fail(refusal)
    }
    this.#turns.takeSoon()
  }

  offer({ settled, ...offered }: Offered): 'accepted' | Declined {
    const { jobId, epoch } = offered
    if (this.#cancelled.has(jobId, epoch)) return toRefusal(new PlatenError('job.cancelled'))
    const identity: RunIdentity = { ...offered, origin: 'platform', createdAt: this.#options.clock.now() }
    const known = this.find(jobId)
    // A record of what is settled says nothing of the leases after it.
    const lost = known && known.epoch > settled ? undefined : mayHaveRun({ ...offered, settled }, this.#loss.before)
    if (lost) return lost
    const compared = known ? compareOffer(known, { ...offered, settled }) : 'new attempt'
    if (compared === 'end the older first') {
      this.cancel(jobId)
      return toRefusal(new PlatenError('agent.busy', 'The older attempt is being stopped.'), busyRetryMs)
    }
    try {
      if (compared === 'adopt') return this.#adopt(known as Run, offered)
      if (compared === 'accepted') return this.#standBy(jobId)
      if (compared !== 'new attempt') return compared
      const refusal = this.#refusal(identity)
      // Its journal was asked, and has nothing of it that the gateway does not know.
      if (refusal) return { ...refusal, unbegun: true }
      this.#take(identity)
      return 'accepted'
    } catch (error) {
      return toRefusal(toPlatenError(error), busyRetryMs)
    }
  }

  create(kind: string, input: unknown, origin: Exclude<Origin, 'platform'>): Run {
    const runMs = this.#options.kinds.get(kind)?.deadlines.runMs ?? 0
    const createdAt = this.#options.clock.now()
    const identity: RunIdentity = { jobId: newId('job'), kind, input, origin, attempt: 0, epoch: 0, runMs, createdAt }
    const refusal = this.#refusal(identity)
    if (refusal) throw toldError(refusal.code, refusal.message)
    return this.#take(identity)
  }

  cancel(jobId: string, lease?: Lease): Cancelled {
    const known = this.find(jobId)
    // What was made at the site is the site's: whoever speaks for a lease has none of it.
    if (lease && known && known.origin !== 'platform') return 'ended'
    if (lease && (!known || known.epoch < lease.epoch)) this.#cancelled.add(jobId, lease.epoch)
    if (!known) return 'unknown'
    if (lease && lease.epoch < known.epoch) return 'ended'
    if (lease && lease.epoch > known.epoch) this.#adopt(known, lease)
    const live = this.#turns.get(jobId)
    if (!live || live.run.state === 'ended') return 'ended'
    live.cancel()
    return 'stopping'
  }

  forgot(before: number): void {
    this.#loss.note(before)
    try {
      this.#options.receipts?.beginAnew()
    } catch (error) {
      // The name of a receipt that is lost, at the gateway, shows it all the same.
      this.#options.log.error('receipts:not_begun', { code: toPlatenError(error).code })
    }
  }

  forgottenBefore(): number | undefined {
    return this.#loss.before
  }

  notice(sign: GatewaySign): void {
    this.#turns.notice(sign)
  }

  running(): readonly Fence[] {
    const runs = this.#turns.all.map(live => live.run).filter(run => run.origin === 'platform')
    return runs.map(({ jobId, attempt, epoch }) => ({ jobId, attempt, epoch }))
  }

  unfinished(): number {
    return this.#turns.all.length
  }

  find(jobId: string): Run | undefined {
    return this.#turns.get(jobId)?.run ?? this.#options.journal.find(jobId)
  }

  progressOf(jobId: string): Progress | undefined {
    return this.#turns.get(jobId)?.progress
  }

  recent(limit: number): readonly Run[] {
    return this.#options.journal.recent(limit)
  }

  subscribe(listener: (news: RunNews) => void): () => void {
    return this.#listeners.add(listener)
  }

  /** Stops what runs and takes nothing more. What waits stays journaled for the next start. */
  async close(): Promise<void> {
    this.#closing = true
    this.#turns.close()
    await this.#options.workers.close()
  }

  /** Ends a run of a kind that an older build knew. */
  #giveUp(run: Run): void {
    const { journal, reports, clock, log, kinds, policy } = this.#options
    const at = clock.now()
    const error = judge(policy, kinds, run) ?? refusal('kind.unknown', run.kind)
    const lost = transition(run, { type: 'restart', at }).run
    const { run: over } = transition(lost, { type: 'end', at, end: { outcome: 'failed', effect: 'none', error } })
    if (over.state !== 'ended') return
    try {
      journal.save(over, reports ? [outcomeFrame(over)] : [])
    } catch (error) {
      // It is on record as not ended: the next start tries again.
      log.error('run:unsaved', { jobId: run.jobId, error })
    }
  }

  /** The same offer again: what waits for the gateway's word has it. */
  #standBy(jobId: string): 'accepted' {
    const live = this.#turns.get(jobId)
    if (live) this.#turns.vouch(live)
    return 'accepted'
  }

  /** Takes what was begun, or has ended, under a lease that the gateway did not know to be its. */
  #adopt(known: Run, lease: Lease): 'accepted' {
    const live = this.#turns.get(known.jobId)
    if (live?.run.state === 'ended') throw new PlatenError('agent.busy', 'Its end is not journaled yet.')
    if (live) {
      live.adopt(lease)
      this.#turns.vouch(live)
    } else {
      const { run } = transition(known, { type: 'adopt', ...lease })
      if (run.state === 'ended') this.#options.journal.save(run, [outcomeFrame(run)])
      this.#listeners.tell({ type: 'state', run })
    }
    return 'accepted'
  }

  #refusal(identity: RunIdentity): Refusal | undefined {
    const kind = this.#options.kinds.get(identity.kind)
    const notWanted = refusalOf(this.#options, identity) ?? (kind && this.#options.owner.refusal(kind, identity.origin))
    return notWanted ?? this.#busy(identity.origin, kind)
  }

  /** The gateway counts the time that a run may take from the accept: one of its own that can't begin now waits in its queue. */
  #busy(origin: Origin, kind: Kind | undefined): Refusal | undefined {
    const { all } = this.#turns
    if (this.#closing || all.length >= mostUnfinished) return toRefusal(new PlatenError('agent.busy'), busyRetryMs)
    const hasHeavy = all.some(live => live.kind.weight === 'heavy')
    if (origin !== 'platform' || kind?.weight !== 'heavy' || !hasHeavy) return undefined
    return toRefusal(new PlatenError('agent.busy', 'Another heavy job is under way at this site.'), heavyRetryMs)
  }

  /** Journals a run, with the frames that tell of it, and lets it wait for its turn. */
  #take(identity: RunIdentity): Run {
    const { kinds, reports } = this.#options
    const kind = kinds.get(identity.kind)
    if (!kind) throw new PlatenError('kind.unknown')
    const run: Run = { ...identity, runMs: Math.min(identity.runMs, kind.deadlines.runMs), state: 'accepted' }
    const live = this.#liveRun(run, kind)
    this.#turns.vouch(live)
    live.take(reports ? createdFrames(run) : [], this.#turns.isNext(live))
    this.#turns.add(live)
    this.#listeners.tell({ type: 'state', run })
    return run
  }

  #liveRun(run: Run, kind: LiveRun['kind']): LiveRun {
    const tell = (news: RunNews): void => this.#listeners.tell(news)
    const ended = (jobId: string): void => this.#turns.remove(jobId)
    return new LiveRun(run, kind, { ...this.#options, tell, ended })
  }
}
