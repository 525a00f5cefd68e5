import type { AgentIdentity } from '../ports/agent-identity.ts'
import type { Clock } from '../ports/clock.ts'
import type { Jobs } from '../ports/jobs.ts'
import type { Journal } from '../ports/journal.ts'
import type { Log } from '../ports/log.ts'
import type { KeyChange } from './key-change.ts'
import type { Refusals } from './refusals.ts'
import type { StateReports } from './state-reports.ts'

/** What every connection of an agent shares. */
export interface LinkParts {
  readonly identity: AgentIdentity
  readonly jobs: Pick<Jobs, 'offer' | 'cancel' | 'running' | 'subscribe' | 'forgot' | 'notice'>
  readonly journal: Pick<Journal, 'outbox' | 'acknowledge' | 'get' | 'set'>
  readonly clock: Clock
  readonly log: Log
  /** This build's version. */
  readonly version: string
  /** Kinds that build and policy allow. */
  readonly kinds: readonly string[]
  readonly reports: StateReports
  readonly gatewayTime: GatewayTime
  readonly refusals: Refusals
  readonly keyChange: KeyChange
}

/** The gateway's time as far as this agent knows it: sites' clocks are wrong more often than gateways'. */
export class GatewayTime {
  readonly #clock: Clock
  #offsetMs: number | undefined
  #signedMs = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The site's own time until the gateway has said something; from then on nobody at the site can set it. */
  now(): number {
    return this.#offsetMs === undefined ? this.#clock.now() : this.#clock.monotonic() + this.#offsetMs
  }

  /**
   * The time by which grants are judged. A gateway that was taken over may say that it is an hour ago, and pass off a grant that
   * it held back until then; it can't undo what the signer has signed since.
   */
  forGrants(): number {
    return Math.max(this.now(), this.#signedMs)
  }

  /** A grant was taken that was signed then. */
  signed(atMs: number): void {
    this.#signedMs = Math.max(this.#signedMs, atMs)
  }

  /** The gateway has just said what time it is. */
  learn(gatewayMs: number): void {
    this.#offsetMs = gatewayMs - this.#clock.monotonic()
  }
}
