import { createHash } from 'node:crypto'
import { canonicalJson, PlatenError, toPlatenError, type AgentFrame, type Json } from '@platen/protocol'
import { kindIn } from '../domain/catalog.ts'
import { hintsOf } from '../domain/hint.ts'
import type { Job } from '../domain/job.ts'
import { placeOf } from '../domain/place.ts'
import type { LeasedJob } from '../ports/jobs.ts'
import { countEnds } from './job-end.ts'
import { leastBusy } from './least-busy.ts'
import type { LinkParts } from './link-parts.ts'
import type { Registry } from './registry.ts'
import type { Session } from './session.ts'

type Offered = Job & { state: 'offered' }
type Fences = Extract<AgentFrame, { type: 'heartbeat' }>['running']

/** Jobs that one agent holds at most: the others wait in the store, where they can be seen, ordered and cancelled. */
const mostHeld = 8
/** An agent that holds more than these is not given more: several are claimed, signed and sent in one go then. */
const refillAt = 4
/** A signer that is away is asked again after so long; meanwhile no job is claimed in vain. */
const signerPauseMs = 5_000
/** A site whose grants of this minute are used up asks for no more for so long. */
const quotaPauseMs = 15_000
/** An offer whose agent went away meanwhile is free again at once. */
const freeAgainMs = 1_000

/** Hands queued jobs to connected agents. */
export class Dispatcher {
  readonly #parts: LinkParts
  readonly #registry: Registry
  /** Sessions that are being served, and whether they were woken meanwhile. */
  readonly #serving = new Map<Session, boolean>()
  /** Sessions that were given all there was for them when they last had room. */
  readonly #satisfied = new WeakSet<Session>()
  /** Sessions that hold, or have held, what may keep other jobs of theirs from starting. */
  readonly #blocking = new WeakSet<Session>()
  /** Sessions that the signer gives nothing for now. */
  readonly #restingUntil = new WeakMap<Session, number>()
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
    else this.#satisfied.delete(session)
  }

  /**
   * Something was queued that any of these sessions may carry out: one that has room looks for it, of each kind of agent. All of a pool
   * would look in vain but for one. Where there is no room, whoever makes some looks; what is left by chance is found by the rounds.
   */
  wakeSome(sessions: readonly Session[]): void {
    const able = sessions.filter(session => this.#mayTake(session))
    // One that is looking may have looked too early: it does so again where there is no other.
    const woken = leastBusy(able, session => session.heldCount + (this.#serving.has(session) ? mostHeld : 0))
    for (const session of woken.length > 0 ? woken : sessions) this.wake(session)
  }

  /** A job of the session has ended. Where nothing waited for room there is nothing to look for: what comes is hinted. */
  roomMade(session: Session): void {
    if (this.#satisfied.has(session)) return
    if (session.heldCount <= refillAt || this.#blocking.has(session)) this.wake(session)
  }

  /** No job is handed out any more. */
  stop(): void {
    this.#stopped = true
  }

  /** Takes up what an earlier connection left: offers that got no answer, cancellations that may not have come through. */
  async resume(session: Session, leased: readonly LeasedJob[], running: Fences): Promise<void> {
    if (leased.length > 0) this.#blocking.add(session)
    for (const job of leased) {
      const { id: jobId, attempt, epoch } = job
      const isHeld = running.some(fence => fence.jobId === jobId && fence.epoch === epoch)
      if (job.cancelling) session.send({ type: 'job.cancel', jobId, attempt, epoch, reason: 'cancelled' })
      else if (job.state === 'offered' && !isHeld) await this.#offerAgain(session, job)
    }
  }

  /** Under a new lease: the connection that the offer was lost with may still be about to take it back. */
  async #offerAgain(session: Session, { id, epoch }: Offered): Promise<void> {
    const { store, clock, leaseMs } = this.#parts
    const { id: agentId, places } = session.agent
    const step = await store.jobs.apply(places, id, { type: 'offer again', epoch, agentId, leaseMs }, clock.now())
    if (step?.accepted && step.job.state === 'offered') await this.#offer(session, step.job)
  }

  #mayTake(session: Session): boolean {
    if (this.#stopped || !session.isOpen || session.heldCount >= mostHeld) return false
    const from = Math.max(this.#pausedUntil, this.#restingUntil.get(session) ?? 0)
    return this.#parts.clock.now() >= from && !this.#registry.isDuplicate(session.agent)
  }

  async #serve(session: Session): Promise<void> {
    this.#serving.set(session, false)
    try {
      do {
        this.#serving.set(session, false)
        while (this.#mayTake(session) && (await this.#offerSome(session)));
      } while (this.#serving.get(session))
    } catch (error) {
      this.#parts.log.error('link:dispatch_failed', { agentId: session.agent.id, error })
    } finally {
      this.#serving.delete(session)
    }
  }

  /** Whether there may be more. */
  async #offerSome(session: Session): Promise<boolean> {
    const { store, clock, bus, leaseMs, metrics } = this.#parts
    const { id: agentId, places } = session.agent
    const most = mostHeld - session.heldCount
    const { jobs, also } = await store.jobs.claim({ agentId, places, kinds: session.kinds, leaseMs, now: clock.now(), most })
    countEnds(metrics, also)
    for (const hint of hintsOf([...jobs.map(job => ({ job, accepted: true, effects: [] })), ...also])) bus.publish(hint)
    this.#noteRest(session, jobs, jobs.length < most)
    if (jobs.length === most) this.#passOn(session, jobs)
    await Promise.all(jobs.map(job => this.#offer(session, job)))
    return jobs.length === most
  }

  /** There may be more than the session has room for, which others of its pool have not been woken for. */
  #passOn(session: Session, jobs: readonly Offered[]): void {
    const pooled = jobs.find(({ pool }) => pool !== undefined)
    if (pooled) this.wakeSome(this.#registry.at(placeOf(pooled)).filter(other => other !== session && other.kinds === session.kinds))
  }

  /** Light jobs keep nothing from starting: after the last of them there is nothing to look for before something is queued. */
  #noteRest(session: Session, jobs: readonly Offered[], wereAll: boolean): void {
    if (jobs.some(({ kind }) => kindIn(this.#parts.catalog, kind)?.weight !== 'light')) this.#blocking.add(session)
    if (wereAll && !this.#blocking.has(session)) this.#satisfied.add(session)
    else this.#satisfied.delete(session)
  }

  async #offer(session: Session, job: Offered): Promise<void> {
    const { id: jobId, attempt, epoch, settled, kind, input, child } = job
    session.hold(jobId, { attempt, epoch, kind })
    try {
      const grant = await this.#parts.signer.sign({
        // Of whoever carries it out: that of a pool does so for sites of others.
        siteId: session.agent.siteId,
        agentId: session.agent.id,
        jobId,
        attempt,
        epoch,
        kind,
        inputHash: hash(input),
      })
      const runMs = kindIn(this.#parts.catalog, kind)?.deadlines.runMs
      if (runMs === undefined) throw new PlatenError('kind.unknown')
      const sent = session.send({
        type: 'job.offer',
        jobId,
        attempt,
        epoch,
        kind,
        input,
        runMs,
        settled,
        grant,
        ...(child ? { child } : {}),
      })
      if (!sent) throw new PlatenError('agent.unavailable')
      this.#parts.metrics.count('jobs_offered')
    } catch (error) {
      await this.#takeBack(session, job, toPlatenError(error))
    }
  }

  /** Only what no waiting can mend fails a job: it is the job's own fault then. */
  async #takeBack(session: Session, job: Offered, { code, message }: PlatenError): Promise<void> {
    const { store, clock, bus, log } = this.#parts
    session.letGo(job.id)
    const final = code === 'signer.refused' || code === 'kind.unknown'
    const pauseMs = code === 'agent.unavailable' ? freeAgainMs : code === 'rate.limited' ? quotaPauseMs : signerPauseMs
    if (code === 'signer.unavailable') this.#pausedUntil = clock.now() + signerPauseMs
    if (code === 'rate.limited') this.#restingUntil.set(session, clock.now() + quotaPauseMs)
    log.warn('link:not_offered', { agentId: session.agent.id, jobId: job.id, code })
    const pause = final ? {} : { retryAfterMs: pauseMs }
    const { id: agentId, places } = session.agent
    const event = { type: 'decline', epoch: job.epoch, agentId, code, message, ...pause } as const
    const step = await store.jobs.apply(places, job.id, event, clock.now())
    const steps = step ? [step, ...step.also] : []
    countEnds(this.#parts.metrics, steps)
    for (const hint of hintsOf(steps)) bus.publish(hint)
  }
}

/** SHA-256 of the input's canonical JSON, base64url: what the signer signs, without ever seeing the input. */
function hash(input: unknown): string {
  return createHash('sha256')
    .update(canonicalJson(input as Json))
    .digest('base64url')
}
