import { hintsOf } from '../domain/hint.ts'
import type { Job } from '../domain/job.ts'
import { placeOf } from '../domain/place.ts'
import type { Dispatcher } from './dispatcher.ts'
import { countEnds } from './job-end.ts'
import type { LinkParts } from './link-parts.ts'
import type { Registry } from './registry.ts'
import type { Session, SessionOptions } from './session.ts'
import type { Spared } from './spared.ts'

const roundMs = 1_000
/** Sessions that one round wakes: with more of them it takes several rounds until each had its turn. */
const wokenARound = 200
/** Rounds so far apart mean that this process stood still, or that its clock was set. */
const stillMs = 10 * roundMs
/** Jobs whose time one round looks at. */
const jobsARound = 500

type Looked = 'registry' | 'dispatcher' | 'sessions' | 'spared'

/**
 * What is done by the clock, because hints can be lost: lets the store see what has run out, wakes sessions in turn, and
 * looks at their deadlines.
 *
 * An agent can't renew a lease while gateway or store are away, so after each such time, the start included, nothing is taken
 * for run out before everybody had the length of a lease to come back. Sessions, too, are given all of their time then.
 */
export class Rounds {
  readonly #parts: LinkParts
  readonly #registry: Registry
  readonly #dispatcher: Dispatcher
  readonly #sessions: ReadonlySet<Session>
  readonly #spared: Spared
  #turn: Iterator<Session> | undefined
  #cancel: () => void
  #isTicking = false
  #roundAt: number
  #judgesFrom: number
  #stopped = false

  constructor(parts: LinkParts, { registry, dispatcher, sessions, spared }: Pick<SessionOptions, Looked>) {
    this.#parts = parts
    this.#registry = registry
    this.#dispatcher = dispatcher
    this.#sessions = sessions
    this.#spared = spared
    this.#roundAt = parts.clock.now()
    this.#judgesFrom = this.#roundAt + parts.leaseMs
    this.#cancel = parts.clock.after(roundMs, () => this.#round())
  }

  stop(): void {
    this.#stopped = true
    this.#cancel()
  }

  #round(): void {
    const { clock, log, leaseMs } = this.#parts
    const now = clock.now()
    const stood = Math.abs(now - this.#roundAt) > stillMs
    if (stood) this.#judgesFrom = now + leaseMs
    this.#roundAt = now
    try {
      for (const session of this.#sessions) {
        if (stood) session.startWaiting(now)
        else session.checkDeadlines(now)
      }
      this.#wakeSome()
    } catch (error) {
      log.error('link:round_failed', { error })
    }
    // A store that is slow must not keep deadlines waiting.
    if (!this.#isTicking) void this.#tick()
    if (!this.#stopped) this.#cancel = clock.after(roundMs, () => this.#round())
  }

  #wakeSome(): void {
    for (let woken = 0; woken < wokenARound; woken += 1) {
      this.#turn ??= this.#registry.all()
      const { done, value } = this.#turn.next()
      if (done) {
        this.#turn = undefined
        return
      }
      this.#dispatcher.wake(value as Session)
    }
  }

  /** Whoever lost its lease does not hold the job any more: it has room for another one, and may have forgotten this one. */
  #takeFrom(job: Job): void {
    if (job.state === 'offered' || job.state === 'running') return
    for (const session of this.#registry.at(placeOf(job))) {
      if ((session.heldJob(job.id)?.epoch ?? Infinity) > job.epoch) continue
      session.letGo(job.id)
      this.#dispatcher.wake(session)
    }
  }

  async #tick(): Promise<void> {
    const { store, clock, bus, log, leaseMs, metrics } = this.#parts
    this.#isTicking = true
    const now = clock.now()
    // Nothing is due at the beginning of time: such a tick only shows whether the store answers.
    const asOf = now < this.#judgesFrom ? 0 : now
    try {
      const steps = await store.jobs.tick(asOf, jobsARound, this.#spared.agents(now))
      countEnds(metrics, steps)
      for (const { job } of steps) this.#takeFrom(job)
      for (const hint of hintsOf(steps)) bus.publish(hint)
    } catch (error) {
      this.#judgesFrom = clock.now() + leaseMs
      log.error('link:round_failed', { error })
    } finally {
      this.#isTicking = false
    }
  }
}
