/** What the gateway sent and this agent would not have, since the agent started: offers without a good grant, frames out of bounds. */
export class Refusals {
  #count = 0

  get count(): number {
    return this.#count
  }

  add(): void {
    this.#count += 1
  }
}
