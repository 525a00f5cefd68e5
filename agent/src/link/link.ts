import type { AgentIdentity } from '../ports/agent-identity.ts'
import { connectionToken } from './connection-token.ts'
import { KeyChange } from './key-change.ts'
import { GatewayTime, type LinkParts } from './link-parts.ts'
import { quietLog } from './quiet-log.ts'
import { endText, isKeyRefused, keyRefused, verdictOn, type ConnectionEnd } from './reconnect.ts'
import { Refusals } from './refusals.ts'
import { Session } from './session.ts'
import { StateReports, type Facts } from './state-reports.ts'

/** What a link needs. */
export interface LinkOptions extends Omit<LinkParts, 'reports' | 'gatewayTime' | 'refusals' | 'keyChange'> {
  /** The agent's present state in small facts. */
  readonly facts: () => Facts
}

/**
 * **connecting** — a try is under way.
 * **open** — the gateway has let us in.
 * **waiting** — the next try comes at `until`.
 * **refused** — trying is of no use before an operator acts; `lastClose` says why.
 * **closed** — the agent is stopping.
 */
export type LinkState = { readonly since: number; readonly lastClose?: string } & (
  | { readonly state: 'connecting' | 'refused' | 'closed' }
  | { readonly state: 'open'; readonly sessionId: string }
  | { readonly state: 'waiting'; readonly until: number }
)

type LinkStep =
  | { readonly state: 'connecting' | 'refused' | 'closed' }
  | { readonly state: 'open'; readonly sessionId: string }
  | { readonly state: 'waiting'; readonly until: number }

/** Open for so long, a connection counts as a success: one that breaks sooner adds to the back-off. */
const stableMs = 60_000

/** Keeps an agent connected: opens sessions one after another, and decides when to try again. */
export class Link {
  readonly #parts: LinkParts
  readonly #listeners = new Set<(state: LinkState) => void>()
  #state: LinkState
  #session: Session | undefined
  #failures = 0
  #leaseMs: number | undefined
  #turn = 0
  #cancelWait: () => void = () => {}

  /** Starts connecting at once. */
  constructor({ facts, ...options }: LinkOptions) {
    const { clock, identity, journal } = options
    const log = quietLog(options.log, clock)
    const shared = { reports: new StateReports(journal, facts), gatewayTime: new GatewayTime(clock), refusals: new Refusals() }
    this.#parts = { ...options, log, ...shared, keyChange: new KeyChange(identity.keys, log) }
    this.#state = { state: 'connecting', since: clock.now() }
    this.#connect()
  }

  get state(): LinkState {
    return this.#state
  }

  /** What the gateway sent and this agent would not have. */
  get refused(): number {
    return this.#parts.refusals.count
  }

  /** Whether a new key waits to be taken into use. */
  get keyChanging(): boolean {
    return this.#parts.keyChange.isUnderWay
  }

  /** Makes a new key, and changes to it once the gateway has it. @throws PlatenError file.denied, agent.revoked */
  rotateKey(): void {
    this.#parts.identity.keys?.offer()
    this.#session?.offerKey()
  }

  /** Calls back on every change of the state until the answer is called. */
  subscribe(listener: (state: LinkState) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Says goodbye and stays away; done when the socket has ended. */
  async close(): Promise<void> {
    if (this.#state.state === 'closed') return
    this.#cancelWait()
    const session = this.#session
    const over = new Promise<void>(resolve => (session ? (this.#sessionOver = resolve) : resolve()))
    this.#enter({ state: 'closed' })
    session?.leave('agent stopping')
    await over
  }

  #sessionOver: () => void = () => {}

  #connect(): void {
    const { identity, gatewayTime } = this.#parts
    this.#enter({ state: 'connecting' })
    this.#session = new Session({
      parts: this.#parts,
      door: { gateway: gatewayAt(identity, this.#turn), token: connectionToken(identity, gatewayTime.now()) },
      lastClose: this.#state.lastClose,
      listener: { welcomed: (sessionId, leaseMs) => this.#welcomed(sessionId, leaseMs), ended: end => this.#ended(end) },
    })
  }

  #welcomed(sessionId: string, leaseMs: number): void {
    this.#leaseMs = leaseMs
    this.#enter({ state: 'open', sessionId })
  }

  #ended(end: ConnectionEnd): void {
    const { clock, gatewayTime, identity, log } = this.#parts
    this.#session = undefined
    if (this.#state.state === 'closed') return this.#sessionOver()
    if (end.type === 'answered' && end.serverTimeMs !== undefined) gatewayTime.learn(end.serverTimeMs)
    if (end.type === 'unreachable') this.#turn += 1
    this.#failures = this.#wasStable() ? 1 : this.#failures + 1
    const hasOther = isKeyRefused(end) && identity.keys?.tryOther() === true
    const verdict = verdictOn(hasOther ? keyRefused : end, this.#failures, clock.random(), this.#leaseMs)
    const lastClose = endText(end)
    log.warn('link:ended', { why: lastClose, ...verdict })
    if (verdict.type === 'never') return this.#enter({ state: 'refused' }, lastClose)
    this.#enter({ state: 'waiting', until: clock.now() + verdict.ms }, lastClose)
    this.#cancelWait = clock.after(verdict.ms, () => this.#connect())
  }

  #wasStable(): boolean {
    return this.#state.state === 'open' && this.#parts.clock.now() - this.#state.since >= stableMs
  }

  #enter(step: LinkStep, lastClose: string | undefined = this.#state.lastClose): void {
    this.#state = { ...step, since: this.#parts.clock.now(), ...(lastClose === undefined ? {} : { lastClose }) }
    if (step.state === 'open') this.#parts.log.info('link:open', { sessionId: step.sessionId })
    for (const listener of this.#listeners) listener(this.#state)
  }
}

function gatewayAt({ gateways }: AgentIdentity, turn: number): string {
  return gateways[turn % gateways.length] as string
}
