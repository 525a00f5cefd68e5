/**
 * Agents that could not renew what they hold because of us: what they said waits for a store that is slow, or their connection
 * ended since something failed here. They have the length of a lease to do so before it is taken for run out.
 */
export class Spared {
  readonly #forMs: number
  readonly #until = new Map<string, number>()

  constructor(leaseMs: number) {
    this.#forMs = leaseMs
  }

  note(agentId: string, now: number): void {
    this.#until.delete(agentId)
    this.#until.set(agentId, now + this.#forMs)
  }

  /** Those of now. */
  agents(now: number): readonly string[] {
    for (const [agentId, until] of this.#until) {
      if (until > now) break
      this.#until.delete(agentId)
    }
    return [...this.#until.keys()]
  }
}
