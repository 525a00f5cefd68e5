import { limits, type AgentFrame } from '@platen/protocol'
import { TokenBuckets } from '../domain/token-buckets.ts'
import type { LinkParts } from './link-parts.ts'
import type { Peer } from './peer.ts'

type Report = Extract<AgentFrame, { type: 'state.report' }>

/** Agents that are remembered, apart from those that have reported nothing lately. */
const mostAgents = 100_000

/** What agents say of their state: each report writes all facts anew, so that they are taken at a bounded rate. */
export class StateReports {
  readonly #parts: LinkParts
  readonly #room: TokenBuckets
  /** Whose last report was left out. */
  readonly #missed = new WeakSet<Peer>()

  constructor(parts: LinkParts) {
    this.#parts = parts
    const { reportsPerBeat, reportBurst } = limits.link
    this.#room = new TokenBuckets({ perSecond: (1_000 * reportsPerBeat) / parts.heartbeatMs, burst: reportBurst }, mostAgents)
  }

  /** Stores a report, or asks for all where one before it is missing. @throws what the store throws */
  async take(peer: Peer, { seq, full, facts }: Report): Promise<void> {
    const { store, clock, metrics } = this.#parts
    if (!this.#room.take(peer.agent.id, clock.now())) {
      this.#missed.add(peer)
      return metrics.count('link_frames_surplus', 'state.report')
    }
    if (!(await store.agents.report(peer.agent.id, { seq, full, facts }))) peer.send({ type: 'state.resync' })
    else if (full) this.#missed.delete(peer)
  }

  /** Asks for what was left out, where there is room for it by now: an agent whose state stays as it is says nothing more of it. */
  catchUp(peer: Peer): void {
    if (!this.#missed.has(peer) || !this.#room.left(peer.agent.id, this.#parts.clock.now())) return
    this.#missed.delete(peer)
    peer.send({ type: 'state.resync' })
  }
}
