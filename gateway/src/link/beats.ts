import { limits } from '@platen/protocol'
import type { LinkParts } from './link-parts.ts'
import type { Peer } from './peer.ts'

/** Heartbeats of agents: each costs a write a run, and is not wanted much sooner than it was asked for. */
export class Beats {
  readonly #parts: Pick<LinkParts, 'clock' | 'heartbeatMs' | 'metrics'>
  /** When each peer's last one was acted on. */
  readonly #at = new WeakMap<Peer, number>()

  constructor(parts: Pick<LinkParts, 'clock' | 'heartbeatMs' | 'metrics'>) {
    this.#parts = parts
  }

  /** Whether a heartbeat that has come is acted on. */
  take(peer: Peer): boolean {
    const { clock, heartbeatMs, metrics } = this.#parts
    const now = clock.now()
    const sinceMs = now - (this.#at.get(peer) ?? 0)
    // A clock that was set back must not keep leases from being renewed.
    if (sinceMs >= 0 && sinceMs < heartbeatMs * limits.link.shortestBeat) {
      metrics.count('link_frames_surplus', 'heartbeat')
      return false
    }
    this.#at.set(peer, now)
    return true
  }
}
