/** A store that is away longer than these is seen as such: leases are not judged by what it missed. */
const mostLeases = 10

/**
 * Agents that could not renew what they hold because of us: what they said waits for a store that is slow, or their connection
 * ended since something failed here. They have the length of a lease to do so before it is taken for run out. What fails here again and
 * again may be of the agent's own making: after so many leases on end nothing is held up for it.
 */
export class Spared {
  readonly #forMs: number
  readonly #series = new Map<string, { readonly since: number; last: number }>()

  constructor(leaseMs: number) {
    this.#forMs = leaseMs
  }

  note(agentId: string, now: number): void {
    const series = this.#series.get(agentId)
    if (series && !this.#isOver(series.last, now)) series.last = now
    else this.#series.set(agentId, { since: now, last: now })
  }

  /** Those of now. */
  agents(now: number): readonly string[] {
    for (const [agentId, { last }] of this.#series) if (this.#isOver(last, now)) this.#series.delete(agentId)
    return [...this.#series].filter(([, { since }]) => now - since < mostLeases * this.#forMs).map(([agentId]) => agentId)
  }

  #isOver(last: number, now: number): boolean {
    return last + this.#forMs <= now
  }
}
