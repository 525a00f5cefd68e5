import { createHash } from 'node:crypto'
import { canonicalJson, limits, PlatenError, toPlatenError, type AgentFrame, type Json } from '@platen/protocol'
import type { Job } from '../domain/job.ts'
import type { LinkParts } from './link-parts.ts'
import type { Registry } from './registry.ts'
import type { Session } from './session.ts'

type Offered = Job & { state: 'offered' }
type Fences = Extract<AgentFrame, { type: 'heartbeat' }>['running']

/** Jobs that one agent holds at most: the others wait in the store, where they can be seen, ordered and cancelled. */
const mostHeld = 8
/** A signer that is away is asked again after so long; meanwhile no job is claimed in vain. */
const signerPauseMs = 5_000
/** An offer whose agent went away meanwhile is free again at once. */
const freeAgainMs = 1_000

/** Hands queued jobs to connected agents. */
export class Dispatcher {
  readonly #parts: LinkParts
  readonly #registry: Registry
  /** Sessions that are being served, and whether they were woken meanwhile. */
  readonly #serving = new Map<Session, boolean>()
  #pausedUntil = 0
  #stopped = false

  constructor(parts: LinkParts, registry: Registry) {
    this.#parts = parts
    this.#registry = registry
  }

  /** There may be something to do for a session. Cheap, and safe to call for no reason. */
  wake(session: Session): void {
    if (this.#serving.has(session)) this.#serving.set(session, true)
    else if (this.#mayTake(session)) void this.#serve(session)
  }

  /** No job is handed out any more. */
  stop(): void {
    this.#stopped = true
  }

  /** Takes up what an earlier connection left: offers that got no answer, cancellations that may not have come through. */
  async resume(session: Session, leased: readonly (Job & { state: 'offered' | 'running' })[], running: Fences): Promise<void> {
    for (const job of leased) {
      const { id: jobId, attempt, epoch } = job
      if (job.state === 'running' && job.cancelling) session.send({ type: 'job.cancel', jobId, attempt, epoch, reason: 'cancelled' })
      const isHeld = running.some(fence => fence.jobId === jobId && fence.epoch === epoch)
      if (job.state === 'offered' && !isHeld) await this.#offer(session, job)
    }
  }

  #mayTake(session: Session): boolean {
    if (this.#stopped || !session.isOpen || session.held.size >= mostHeld) return false
    return this.#parts.clock.now() >= this.#pausedUntil && !this.#registry.isHeld(session)
  }

  async #serve(session: Session): Promise<void> {
    this.#serving.set(session, false)
    try {
      do {
        this.#serving.set(session, false)
        while (this.#mayTake(session) && (await this.#offerNext(session)));
      } while (this.#serving.get(session))
    } catch (error) {
      this.#parts.log.error('link:dispatch_failed', { agentId: session.agent.id, error })
    } finally {
      this.#serving.delete(session)
    }
  }

  /** Whether there was a job. */
  async #offerNext(session: Session): Promise<boolean> {
    const { store, clock, bus } = this.#parts
    const { id, siteId } = session.agent
    const job = await store.jobs.claim(siteId, id, limits.job.leaseMs, clock.now())
    if (!job) return false
    bus.publish({ type: 'site event', siteId })
    await this.#offer(session, job)
    return true
  }

  async #offer(session: Session, job: Offered): Promise<void> {
    const { id: jobId, attempt, epoch, kind, input } = job
    session.held.set(jobId, { attempt, epoch, kind })
    try {
      const grant = await this.#parts.signer.sign({
        siteId: job.siteId,
        agentId: session.agent.id,
        jobId,
        attempt,
        epoch,
        kind,
        inputHash: hash(input),
      })
      const runMs = this.#parts.kinds.get(kind)?.deadlines.runMs
      if (runMs === undefined) throw new PlatenError('kind.unknown')
      const sent = session.send({ type: 'job.offer', jobId, attempt, epoch, kind, input, runMs, grant })
      if (!sent) throw new PlatenError('agent.unavailable')
    } catch (error) {
      await this.#takeBack(session, job, toPlatenError(error))
    }
  }

  /** Only what no waiting can mend fails a job: it is the job's own fault then. */
  async #takeBack(session: Session, job: Offered, { code, message }: PlatenError): Promise<void> {
    const { store, clock, bus, log } = this.#parts
    session.held.delete(job.id)
    const final = code === 'signer.refused' || code === 'kind.unknown'
    const pauseMs = code === 'agent.unavailable' ? freeAgainMs : signerPauseMs
    if (code === 'signer.unavailable') this.#pausedUntil = clock.now() + signerPauseMs
    log.warn('link:not_offered', { agentId: session.agent.id, jobId: job.id, code })
    const pause = final ? {} : { retryAfterMs: pauseMs }
    await store.jobs.apply(job.siteId, job.id, { type: 'decline', epoch: job.epoch, code, message, ...pause }, clock.now())
    bus.publish({ type: 'site event', siteId: job.siteId })
  }
}

/** SHA-256 of the input's canonical JSON, base64url: what the signer signs, without ever seeing the input. */
function hash(input: unknown): string {
  return createHash('sha256')
    .update(canonicalJson(input as Json))
    .digest('base64url')
}
