import type { Dice } from './dice.ts'

/** What goes wrong next, `afterMs` after the fault before it began. */
export type Fault = { readonly afterMs: number } & (
  | { readonly type: 'kill gateway' | 'kill store' | 'kill signer'; readonly downMs: number }
  | { readonly type: 'stop gateway'; readonly forMs: number }
  /** The whole container, the main process alone (its launcher starts it again), or a worker amid its job. */
  | { readonly type: 'kill agent'; readonly agent: number; readonly part: 'container' | 'main' | 'worker'; readonly downMs: number }
  /** The container is gone for good, and another one takes its place without what its agent knew. */
  | { readonly type: 'recreate agent'; readonly agent: number; readonly downMs: number }
  /** Longer than a lease. */
  | { readonly type: 'stop agent' | 'cut off agent'; readonly agent: number; readonly forMs: number }
  /** The network between an agent and the gateway. */
  | { readonly type: 'cut' | 'half-close'; readonly agent: number }
  | { readonly type: 'delay' | 'double'; readonly agent: number; readonly forMs: number }
)

/** What a schedule depends on besides its seed. */
export interface ScheduleOptions {
  readonly agents: number
  readonly leaseMs: number
  /** Whether the store is a process of its own that can be killed. */
  readonly hasStore: boolean
  /** How much longer than in the shortest of runs there is between faults: a long run is to get on with its jobs as well. */
  readonly stretch: number
  /** Agents whose containers are made anew, each once, while the shortest of runs still lasts. */
  readonly recreated: readonly number[]
}

/** Each recreation comes within so many faults, one after another. */
const recreationSpan = 10

type Draw = (dice: Dice, options: ScheduleOptions) => Fault

const agentOf = (dice: Dice, { agents }: ScheduleOptions): number => dice.between(0, agents - 1)
const gap = (dice: Dice, { stretch }: ScheduleOptions): number => Math.round(dice.between(200, 2_500) * stretch)

/** One of each a round, some more often: what kills is what this is about. */
const deck: readonly Draw[] = [
  ...Array.from({ length: 3 }, (): Draw => (dice, options) => ({
    afterMs: gap(dice, options),
    type: 'kill gateway',
    downMs: dice.between(0, 3_000),
  })),
  (dice, options) => ({ afterMs: gap(dice, options), type: 'stop gateway', forMs: dice.between(500, 4_000) }),
  (dice, options) => ({ afterMs: gap(dice, options), type: 'kill signer', downMs: dice.between(0, 3_000) }),
  ...(['container', 'container', 'main', 'worker', 'worker'] as const).map((part): Draw => (dice, options) => ({
    afterMs: gap(dice, options),
    type: 'kill agent',
    agent: agentOf(dice, options),
    part,
    downMs: dice.between(0, 3_000),
  })),
  ...(['stop agent', 'cut off agent'] as const).map((type): Draw => (dice, options) => ({
    afterMs: gap(dice, options),
    type,
    agent: agentOf(dice, options),
    forMs: options.leaseMs + dice.between(1_000, 4_000),
  })),
  ...(['cut', 'cut', 'half-close', 'half-close'] as const).map((type): Draw => (dice, options) => ({
    afterMs: gap(dice, options),
    type,
    agent: agentOf(dice, options),
  })),
  ...(['delay', 'double', 'double'] as const).map((type): Draw => (dice, options) => ({
    afterMs: gap(dice, options),
    type,
    agent: agentOf(dice, options),
    forMs: dice.between(500, 5_000),
  })),
]

const storeDeck: readonly Draw[] = Array.from({ length: 2 }, (): Draw => (dice, options) => ({
  afterMs: gap(dice, options),
  type: 'kill store',
  downMs: dice.between(0, 3_000),
}))

/** Faults without end, the same for the same dice and options. */
export function* schedule(dice: Dice, options: ScheduleOptions): Generator<Fault, never> {
  const recreations = new Map(options.recreated.map((agent, turn) => [dice.between(1, recreationSpan) + turn * recreationSpan, agent]))
  for (let number = 1; ;)
    for (const draw of dice.shuffled([...deck, ...(options.hasStore ? storeDeck : [])])) {
      const agent = recreations.get(number)
      if (agent !== undefined) yield { afterMs: gap(dice, options), type: 'recreate agent', agent, downMs: dice.between(0, 3_000) }
      yield draw(dice, options)
      number += 1
    }
}
