import { limits, problemText, type AgentFrame, type ErrorCode } from '@platen/protocol'
import type { Job, JobEvent } from '../domain/job.ts'
import { jobEnd, knownCode } from './job-end.ts'
import type { LinkParts } from './link-parts.ts'
import type { Peer } from './peer.ts'

type Frame<Type extends AgentFrame['type']> = Extract<AgentFrame, { type: Type }>
type Fence = Frame<'heartbeat'>['running'][number]

/** A decline asks for a pause of so long at least: an agent must not make its gateway spin. */
const shortestPauseMs = 1_000

/** What an agent's frames about jobs and state do to the store, and what is answered. All methods throw what the store throws. */
export class AgentFrames {
  readonly #parts: LinkParts

  constructor(parts: LinkParts) {
    this.#parts = parts
  }

  /** Renews the leases of what runs, and tells the agent what runs in vain. */
  async running(peer: Peer, fences: readonly Fence[]): Promise<void> {
    for (const fence of fences) {
      const { jobId, attempt, epoch } = fence
      const renewed = await this.#apply(peer, jobId, { type: 'renew', epoch, leaseMs: limits.job.leaseMs })
      if (renewed?.accepted) continue
      // Its accept was lost with an earlier connection.
      if (renewed?.job.state === 'offered' && renewed.job.epoch === epoch) await this.accept(peer, fence)
      else peer.send({ type: 'job.cancel', jobId, attempt, epoch, reason: 'job.stale_epoch' })
    }
  }

  async accept(peer: Peer, { jobId, attempt, epoch }: Fence): Promise<void> {
    const step = await this.#apply(peer, jobId, { type: 'accept', epoch, leaseMs: limits.job.leaseMs })
    if (!step?.accepted) {
      peer.held.delete(jobId)
      peer.send({ type: 'job.cancel', jobId, attempt, epoch, reason: 'job.stale_epoch' })
    } else if (step.job.state === 'running') peer.held.set(jobId, { attempt, epoch, kind: step.job.kind })
  }

  async decline(peer: Peer, { jobId, epoch, code, message, retryAfterMs }: Frame<'job.decline'>): Promise<void> {
    // The agent has taken this very attempt before: its result is on its way.
    if (code === 'grant.replayed') return
    peer.held.delete(jobId)
    const pause = retryAfterMs === undefined ? {} : { retryAfterMs: Math.max(retryAfterMs, shortestPauseMs) }
    await this.#apply(peer, jobId, { type: 'decline', epoch, code: knownCode(code), message, ...pause })
    this.#parts.log.warn('link:declined', { agentId: peer.agent.id, jobId, code: knownCode(code) })
  }

  progress(peer: Peer, { jobId, epoch, done, total, note }: Frame<'job.progress'>): void {
    if (peer.held.get(jobId)?.epoch !== epoch) return
    this.#parts.bus.publish({ type: 'job progress', siteId: peer.agent.siteId, jobId, progress: { done, total, note } })
  }

  /** Stores a result once, whatever number of times it comes, and says so. */
  async result(peer: Peer, frame: Frame<'job.result'>): Promise<void> {
    const { jobId, attempt, epoch } = frame
    const refused = epoch === 0 ? await this.#localResult(peer, frame) : await this.#leasedResult(peer, frame)
    if (peer.held.get(jobId)?.epoch === epoch) peer.held.delete(jobId)
    peer.send({ type: 'job.ack', jobId, of: 'result', attempt, epoch, ...(refused === undefined ? {} : { refused }) })
  }

  async created(peer: Peer, frame: Frame<'job.created'>): Promise<void> {
    const { jobId } = frame
    const refused = await this.#import(peer, frame)
    if (refused === undefined) this.#changed(peer)
    peer.send({ type: 'job.ack', jobId, of: 'created', attempt: 0, epoch: 0, ...(refused === undefined ? {} : { refused }) })
  }

  async report(peer: Peer, { seq, full, facts }: Frame<'state.report'>): Promise<void> {
    const stored = await this.#parts.store.agents.report(peer.agent.id, { seq, full, facts })
    if (!stored) peer.send({ type: 'state.resync' })
  }

  async #leasedResult(peer: Peer, frame: Frame<'job.result'>): Promise<ErrorCode | undefined> {
    const { jobId, epoch } = frame
    const kind = peer.held.get(jobId)?.kind ?? (await this.#parts.store.jobs.find(peer.agent.accountId, jobId))?.kind
    if (kind === undefined) return 'job.not_found'
    const step = await this.#apply(peer, jobId, { type: 'end', epoch, end: jobEnd(frame, this.#parts.results[kind]) })
    if (!step) return 'job.not_found'
    return step.accepted ? undefined : 'job.stale_epoch'
  }

  async #localResult(peer: Peer, frame: Frame<'job.result'>): Promise<ErrorCode | undefined> {
    const { store, clock, results } = this.#parts
    const job = await store.jobs.find(peer.agent.accountId, frame.jobId)
    if (!job) return 'job.not_found'
    const at = Math.min(frame.finishedAt, clock.now())
    if (!(await store.jobs.finishLocal(peer.agent.siteId, frame.jobId, jobEnd(frame, results[job.kind]), at))) return 'job.not_found'
    this.#changed(peer)
    return undefined
  }

  async #import(peer: Peer, { jobId, kind, input, origin, createdAt }: Frame<'job.created'>): Promise<ErrorCode | undefined> {
    const { store, clock, kinds, inputs, log } = this.#parts
    const { id: agentId, accountId, siteId } = peer.agent
    if (!kinds.has(kind)) return 'kind.unknown'
    if (JSON.stringify(input).length > limits.job.inputBytes) return 'input.too_large'
    if (!inputs[kind]?.(input)) {
      log.warn('link:local_job_refused', { agentId, jobId, problem: problemText(inputs[kind]?.errors) })
      return 'input.invalid'
    }
    const at = Math.min(createdAt, clock.now())
    const identity = { id: jobId, accountId, siteId, kind, input, origin, createdAt: at, queueDeadline: at }
    // It has no lease in truth: it runs by the site's own policy, and its agent alone knows how it goes.
    const job: Job = {
      ...identity,
      attempt: 0,
      epoch: 0,
      state: 'running',
      startedAt: at,
      cancelling: false,
      lease: { agentId, expiresAt: at },
    }
    return (await store.jobs.importLocal(job)) ? undefined : 'job.not_found'
  }

  async #apply(peer: Peer, jobId: string, event: Exclude<JobEvent, { type: 'claim' | 'cancel' | 'tick' }>) {
    const { store, clock } = this.#parts
    const step = await store.jobs.apply(peer.agent.siteId, jobId, event, clock.now())
    if (step?.accepted && event.type !== 'renew') this.#changed(peer)
    return step
  }

  #changed(peer: Peer): void {
    this.#parts.bus.publish({ type: 'site event', siteId: peer.agent.siteId })
  }
}
