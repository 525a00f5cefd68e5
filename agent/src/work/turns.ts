import { toPlatenError } from '@platen/protocol'
import { nextRun } from '../domain/next-run.ts'
import type { Clock } from '../ports/clock.ts'
import type { GatewaySign } from '../ports/jobs.ts'
import { LeaseWatch } from './lease-watch.ts'
import type { LiveRun } from './live-run.ts'

/** The runs that have not ended, and whose turn it is. */
export class Turns {
  readonly #clock: Clock
  readonly #leases: LeaseWatch
  readonly #live = new Map<string, LiveRun>()
  #closed = false

  constructor(clock: Clock) {
    this.#clock = clock
    this.#leases = new LeaseWatch(clock, () => this.takeSoon())
  }

  get(jobId: string): LiveRun | undefined {
    return this.#live.get(jobId)
  }

  get all(): readonly LiveRun[] {
    return [...this.#live.values()]
  }

  /** Takes one in, which gets its turn in time. */
  add(live: LiveRun): void {
    this.#live.set(live.run.jobId, live)
  }

  /** One is over, and makes room. */
  remove(jobId: string): void {
    this.#live.delete(jobId)
    this.takeSoon()
  }

  /** Takes a sign of the gateway. */
  notice(sign: GatewaySign): void {
    this.#leases.notice(sign)
  }

  /** The gateway has just said that it stands by a run, which may begin then. */
  vouch(live: LiveRun): void {
    live.vouchedAt = this.#clock.monotonic()
    this.takeSoon()
  }

  /** Whether it would be the turn of a run that was not taken in yet. */
  isNext(live: LiveRun): boolean {
    return this.#next([...this.#live.values(), live]) === live
  }

  /** After the caller has answered: an accept leaves before the first news of the run. */
  takeSoon(): void {
    queueMicrotask(() => {
      for (let next = this.#next(this.all); next; next = this.#next(this.all)) start(next)
    })
  }

  /** Lets nothing begin any more. */
  close(): void {
    this.#closed = true
  }

  #next(all: readonly LiveRun[]): LiveRun | undefined {
    if (this.#closed) return undefined
    const running = all.filter(({ run }) => run.state !== 'accepted').map(({ kind }) => kind)
    const waiting = all.filter(live => live.run.state === 'accepted' && this.#mayBegin(live))
    return waiting.find(({ isNext }) => isNext) ?? nextRun(waiting, running)
  }

  /** What was asked for at the site begins whether there is a gateway or not. */
  #mayBegin({ origin, vouchedAt }: LiveRun): boolean {
    return origin !== 'platform' || this.#leases.stands(vouchedAt)
  }
}

function start(live: LiveRun): void {
  try {
    live.start()
  } catch (error) {
    live.fail(toPlatenError(error))
  }
}
