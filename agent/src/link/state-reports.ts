import type { AgentFrame } from '@platen/protocol'
import type { Journal } from '../ports/journal.ts'

type Report = Extract<AgentFrame, { type: 'state.report' }>

/** Small facts about the agent, by name. */
export type Facts = Report['facts']

const seqName = 'link.state_seq'

/** Reports of the agent's state: what changed since the last, or all of it where the gateway has missed something. */
export class StateReports {
  readonly #journal: Pick<Journal, 'get' | 'set'>
  readonly #facts: () => Facts
  #reported: Facts | undefined
  #seq: number

  /** `facts` tells the present state. */
  constructor(journal: Pick<Journal, 'get' | 'set'>, facts: () => Facts) {
    this.#journal = journal
    this.#facts = facts
    this.#seq = Number(journal.get(seqName) ?? 0)
  }

  /** Sequence of the last report that left. */
  get seq(): number {
    return this.#seq
  }

  /** What to send after a welcome that names the last report which the gateway stored. */
  afterWelcome(storedSeq: number): Report | undefined {
    if (storedSeq > this.#seq) {
      this.#seq = storedSeq
      return this.full()
    }
    return storedSeq === this.#seq && this.#reported ? this.changes() : this.full()
  }

  /** All of it; undefined where the journal can't be written now. */
  full(): Report | undefined {
    return this.#report(true, this.#facts())
  }

  /** What is different from the last report, if anything. */
  changes(): Report | undefined {
    const facts = this.#facts()
    const before = this.#reported ?? {}
    const changed = Object.entries(facts).filter(([name, value]) => before[name] !== value)
    return changed.length === 0 ? undefined : this.#report(false, Object.fromEntries(changed))
  }

  /** The number is on disk before the report leaves, so that no two reports ever share one: without a disk, none leaves. */
  #report(full: boolean, facts: Facts): Report | undefined {
    try {
      this.#journal.set(seqName, String(this.#seq + 1))
    } catch {
      // Whoever has more urgent things to put there says so; the next heartbeat tries again.
      return undefined
    }
    this.#seq += 1
    this.#reported = { ...this.#reported, ...facts }
    return { type: 'state.report', seq: this.#seq, full, facts }
  }
}
