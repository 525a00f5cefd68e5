/**
 * Agents whose connection ended since something failed here: they could not renew what they hold, and have the length of a lease to
 * come back and do so before it is taken for run out.
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
