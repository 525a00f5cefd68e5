import { limits, newId, toPlatenError, type AgentFrame, type ErrorCode, type Kind } from '@platen/protocol'
import { kindIn } from '../domain/catalog.ts'
import { hintsOf } from '../domain/hint.ts'
import { isEnded, type Job } from '../domain/job.ts'
import type { AgentEvent } from '../domain/job-event.ts'
import { TokenBuckets } from '../domain/token-buckets.ts'
import type { StoredStep } from '../ports/jobs.ts'
import { problemOf } from './asked-job.ts'
import { countEnds, jobEnd, knownCode } from './job-end.ts'
import type { LinkParts } from './link-parts.ts'
import type { Peer } from './peer.ts'
import type { SiteJobs } from './site-jobs.ts'

type Frame<Type extends AgentFrame['type']> = Extract<AgentFrame, { type: Type }>
type Fence = Frame<'heartbeat'>['running'][number]

/** A decline asks for a pause of so long at least: an agent must not make its gateway spin. */
const shortestPauseMs = 1_000

/** Of one job: agents keep to it, and what a way between piles up is not worth more. */
const progressRate = { perSecond: limits.job.progressPerSecond, burst: limits.job.progressPerSecond }
/** Jobs whose rate is watched at once. */
const mostReporting = 10_000

/** What an agent's frames about jobs do to the store, and what is answered. All methods throw what the store throws. */
export class AgentFrames {
  readonly #parts: LinkParts
  readonly #siteJobs: SiteJobs
  readonly #progress = new TokenBuckets(progressRate, mostReporting)
  /** The last lease that an agent reported progress under which was not its own. */
  readonly #stale = new WeakMap<Peer, string>()

  constructor(parts: LinkParts, siteJobs: SiteJobs) {
    this.#parts = parts
    this.#siteJobs = siteJobs
  }

  /** Renews the leases of what runs, and tells the agent what runs in vain. */
  async running(peer: Peer, listed: readonly Fence[]): Promise<void> {
    const fences = [...new Map(listed.map(fence => [`${fence.jobId} ${fence.epoch}`, fence])).values()]
    const renewed = await Promise.allSettled(fences.map(fence => this.#renew(peer, fence)))
    const failed = renewed.filter(each => each.status === 'rejected').map(({ reason }) => reason as unknown)
    // Where the store is away the connection ends; one lease that it does not renew is not worth all others.
    if (failed.length > 0 && failed.length === fences.length) throw failed[0]
    if (failed.length > 0) peer.spare()
    for (const error of failed) this.#parts.log.error('link:not_renewed', { agentId: peer.agent.id, error })
  }

  async accept(peer: Peer, fence: Fence): Promise<void> {
    const step = await this.#apply(peer, fence, { type: 'accept', leaseMs: this.#parts.leaseMs })
    this.#goOn(peer, fence, step)
  }

  async decline(peer: Peer, frame: Frame<'job.decline'>): Promise<void> {
    const { jobId, code, message, retryAfterMs, unbegun } = frame
    // The agent has taken this very attempt before: its result is on its way.
    if (code === 'grant.replayed') return
    if (peer.heldJob(jobId)?.epoch === frame.epoch) peer.letGo(jobId)
    const pause = retryAfterMs === undefined ? {} : { retryAfterMs: Math.max(retryAfterMs, shortestPauseMs) }
    const step = await this.#apply(peer, frame, {
      type: 'decline',
      code: knownCode(code),
      message,
      ...pause,
      ...(unbegun ? { unbegun } : {}),
    })
    const refused = refusalOf(step)
    if (refused !== undefined) return this.#noteRefusal(peer, jobId, 'decline', refused)
    this.#parts.metrics.count('jobs_declined', knownCode(code))
    this.#parts.log.warn('link:declined', { agentId: peer.agent.id, jobId, code: knownCode(code) })
  }

  /** Not answered where it is stale: a run whose lease no heartbeat has renewed yet on this connection may be as good as any. */
  progress(peer: Peer, { jobId, epoch, done, total, note }: Frame<'job.progress'>): void {
    if (peer.heldJob(jobId)?.epoch !== epoch) return this.#noteStale(peer, jobId, epoch)
    if (!this.#progress.take(jobId, this.#parts.clock.now())) return this.#parts.metrics.count('link_frames_surplus', 'job.progress')
    this.#parts.bus.publish({ type: 'job progress', siteId: peer.agent.siteId, jobId, progress: { done, total, note } })
  }

  /** Stores a result once, whatever number of times it comes, and says so. */
  async result(peer: Peer, frame: Frame<'job.result'>): Promise<void> {
    const refused = frame.epoch === 0 ? await this.#siteJobs.ended(peer, frame) : await this.#leasedResult(peer, frame)
    if (frame.epoch === 0 && refused === undefined) this.#changed(peer)
    this.#acknowledge(peer, frame, 'result', refused)
  }

  /** Lets a job wait for the child that it asks for; asked for again, the answer is the same and no second child is made. */
  async wait(peer: Peer, frame: Frame<'job.wait'>): Promise<void> {
    this.#acknowledge(peer, frame, 'wait', await this.#wait(peer, frame))
  }

  async created(peer: Peer, frame: Frame<'job.created'>): Promise<void> {
    const { jobId } = frame
    if (this.#siteJobs.areTooFast(peer)) return peer.close(4008)
    const refused = await this.#siteJobs.created(peer, frame)
    if (refused === undefined) this.#changed(peer)
    // A day that is spent is told of once, and not for each job that finds no room in it.
    else if (refused !== 'rate.limited') this.#noteRefusal(peer, jobId, 'created', refused)
    peer.send({ type: 'job.ack', jobId, of: 'created', attempt: 0, epoch: 0, ...(refused === undefined ? {} : { refused }) })
  }

  async #renew(peer: Peer, fence: Fence): Promise<void> {
    this.#goOn(peer, fence, await this.#apply(peer, fence, { type: 'renew', leaseMs: this.#parts.leaseMs }))
  }

  /**
   * Notes that the agent has the job, or tells it to stop. A run of an older lease goes on where the newer one is this agent's
   * too: the offer that says so is on its way, and the agent takes it up under that.
   */
  #goOn(peer: Peer, { jobId, attempt, epoch }: Fence, step: StoredStep | undefined): void {
    const job = step?.job
    if (step?.accepted && job?.state === 'running') {
      peer.hold(jobId, { attempt, epoch, kind: job.kind })
      if (job.cancelling) peer.send({ type: 'job.cancel', jobId, attempt, epoch, reason: 'cancelled' })
      return
    }
    if (step?.accepted || (job && isComing(job, peer))) return
    if (peer.heldJob(jobId)?.epoch === epoch) peer.letGo(jobId)
    this.#noteRefusal(peer, jobId, 'lease', 'job.stale_epoch')
    peer.send({ type: 'job.cancel', jobId, attempt, epoch, reason: 'job.stale_epoch' })
  }

  #acknowledge(peer: Peer, { jobId, attempt, epoch }: Fence, of: 'result' | 'wait', refused: ErrorCode | undefined): void {
    if (peer.heldJob(jobId)?.epoch === epoch) peer.letGo(jobId)
    if (refused !== undefined) this.#noteRefusal(peer, jobId, of, refused)
    peer.send({ type: 'job.ack', jobId, of, attempt, epoch, ...(refused === undefined ? {} : { refused }) })
  }

  /** Logged once a lease: whoever goes on says so four times a second. */
  #noteStale(peer: Peer, jobId: string, epoch: number): void {
    const fence = `${jobId} ${epoch}`
    if (this.#stale.get(peer) === fence) return this.#parts.metrics.count('link_frames_refused', 'job.stale_epoch')
    this.#stale.set(peer, fence)
    this.#noteRefusal(peer, jobId, 'progress', 'job.stale_epoch')
  }

  #noteRefusal({ agent }: Peer, jobId: string, of: string, code: ErrorCode): void {
    this.#parts.metrics.count('link_frames_refused', code)
    this.#parts.log.warn('link:refused', { agentId: agent.id, jobId, of, code })
  }

  async #leasedResult(peer: Peer, frame: Frame<'job.result'>): Promise<ErrorCode | undefined> {
    const kind = await this.#kindOf(peer, frame.jobId)
    if (kind === undefined) return 'job.not_found'
    const step = await this.#apply(peer, frame, { type: 'end', end: jobEnd(frame, this.#parts.catalog.results[kind]) })
    return refusalOf(step)
  }

  async #wait(peer: Peer, frame: Frame<'job.wait'>): Promise<ErrorCode | undefined> {
    const { store, clock, catalog } = this.#parts
    const parent = await store.jobs.findAt(peer.agent.places, frame.jobId)
    if (!parent) return 'job.not_found'
    const child = childOf(parent, frame.child, kindIn(catalog, parent.kind), kindIn(catalog, frame.child.kind), clock.now())
    const wrong = child ? problemOf(child, peer, this.#parts) : 'policy.denied'
    const { epoch, effect, bill } = frame
    if (!child || wrong) return this.#endWithout(peer, frame, wrong ?? 'internal')
    const cost = bill ? { bill } : {}
    const event = { type: 'wait', epoch, agentId: peer.agent.id, childId: child.id, effect, ...cost } as const
    try {
      const step = await store.jobs.wait(peer.agent.places, frame.jobId, event, child, clock.now())
      this.#announce(step)
      return refusalOf(step)
    } catch (error) {
      if (toPlatenError(error).code !== 'queue.full') throw error
      return this.#endWithout(peer, frame, 'queue.full')
    }
  }

  /** Ends a job whose child is refused: without it, it can't go on. */
  async #endWithout(peer: Peer, frame: Frame<'job.wait'>, code: ErrorCode): Promise<ErrorCode | undefined> {
    const error = { code, message: 'The child that it asks for is refused.' }
    const { effect, bill } = frame
    const end = { outcome: 'failed', effect, error, ...(bill ? { bill } : {}) } as const
    return refusalOf(await this.#apply(peer, frame, { type: 'end', end }))
  }

  async #kindOf(peer: Peer, jobId: string): Promise<string | undefined> {
    return peer.heldJob(jobId)?.kind ?? (await this.#parts.store.jobs.findAt(peer.agent.places, jobId))?.kind
  }

  async #apply(peer: Peer, { jobId, epoch }: Fence, word: Word): Promise<StoredStep | undefined> {
    const { store, clock } = this.#parts
    const event = { ...word, epoch, agentId: peer.agent.id }
    const step = await store.jobs.apply(peer.agent.places, jobId, event, clock.now())
    if (event.type !== 'renew') this.#announce(step)
    return step
  }

  /** A word that comes again has been counted and told of. */
  #announce(step: StoredStep | undefined): void {
    if (!step?.accepted || !step.changed) return
    const steps = [step, ...step.also]
    countEnds(this.#parts.metrics, steps)
    for (const hint of hintsOf(steps)) this.#parts.bus.publish(hint)
  }

  #changed(peer: Peer): void {
    this.#parts.bus.publish({ type: 'site event', siteId: peer.agent.siteId })
  }
}

/** Whether a newer offer of the job comes to this agent, or will. */
function isComing(job: Job, { agent }: Peer): boolean {
  return job.state === 'offered' ? job.lease.agentId === agent.id : job.state === 'queued' && job.pool === undefined
}

type Unfenced<Event> = Event extends unknown ? Omit<Event, 'epoch' | 'agentId'> : never
type Word = Unfenced<Exclude<AgentEvent, { type: 'wait' }>>

function refusalOf(step: StoredStep | undefined): ErrorCode | undefined {
  if (!step) return 'job.not_found'
  return step.accepted ? undefined : 'job.stale_epoch'
}

/** The job that a run asks for, where its kind may ask for such a one. */
function childOf(
  parent: Job,
  { kind: name, input, pool }: Frame<'job.wait'>['child'],
  parentKind: Kind | undefined,
  kind: Kind | undefined,
  now: number,
): (Job & { state: 'queued' }) | undefined {
  if (!kind || !parentKind?.children?.includes(name) || isEnded(parent) || parent.parentId !== undefined) return undefined
  const { accountId, siteId, origin, id: parentId } = parent
  const place = pool === undefined ? {} : { pool }
  const identity = { id: newId('job'), accountId, siteId, ...place, kind: name, input, origin, parentId }
  const times = { createdAt: now, queueDeadline: now + kind.deadlines.queueMs, notBefore: now }
  return { ...identity, ...times, attempt: 0, epoch: 0, settled: 0, state: 'queued' }
}
