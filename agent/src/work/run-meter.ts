import type { Kind } from '@platen/protocol'
import type { Cost } from '../domain/day-usage.ts'
import type { Refusal } from '../domain/policy.ts'
import type { Origin } from '../domain/run.ts'
import type { Owner } from '../ports/owner.ts'

/** Charges the site's day with what a run uses while it uses it: over midnight each day has its own, and a crash loses little. */
export class RunMeter {
  readonly #owner: Pick<Owner, 'used' | 'spent'>
  readonly #kind: Kind
  readonly #origin: Origin
  #charged: Cost = { cpuMs: 0, writtenBytes: 0 }

  constructor(owner: Pick<Owner, 'used' | 'spent'>, kind: Kind, origin: Origin) {
    this.#owner = owner
    this.#kind = kind
    this.#origin = origin
  }

  /** It has used so much in all, and goes on: why it may not, or undefined. */
  used(cost: Cost): Refusal | undefined {
    return this.#owner.used(this.#kind, this.#origin, this.#more(cost))
  }

  /** It is over, and has used so much in all. */
  isOver(bill: Cost): void {
    this.#owner.spent(this.#kind, this.#more(bill))
  }

  /** What was not charged before. */
  #more({ cpuMs, writtenBytes }: Cost): Cost {
    const { cpuMs: chargedMs, writtenBytes: chargedBytes } = this.#charged
    this.#charged = { cpuMs: Math.max(cpuMs, chargedMs), writtenBytes: Math.max(writtenBytes, chargedBytes) }
    return { cpuMs: this.#charged.cpuMs - chargedMs, writtenBytes: this.#charged.writtenBytes - chargedBytes }
  }
}
