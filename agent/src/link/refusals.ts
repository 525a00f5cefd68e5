import type { ErrorCode } from '@platen/protocol'

/**
 * What an honest gateway does not offer: it knows the kinds of this agent, checks inputs as the agent does, and has all of it signed.
 * Declines that are no such sign (a busy agent, an owner's veto, a lease that was overtaken) are not among them.
 */
const strange: ReadonlySet<string> = new Set<ErrorCode>(['policy.denied', 'kind.unknown', 'input.invalid', 'input.too_large'])

/**
 * What the gateway sent and this agent would not have, since the agent started: offers without a good grant, offers that the local
 * policy forbids or that are out of bounds, frames out of bounds.
 */
export class Refusals {
  #count = 0

  get count(): number {
    return this.#count
  }

  add(): void {
    this.#count += 1
  }

  /** An offer was declined for this. */
  declined(code: string): void {
    if (code.startsWith('grant.') || strange.has(code)) this.add()
  }
}
