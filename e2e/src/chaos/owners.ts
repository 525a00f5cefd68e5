import { setTimeout as delay } from 'node:timers/promises'
import { waits } from './asked-jobs.ts'
import type { ChaosAgent } from './chaos-agent.ts'
import type { Dice } from './dice.ts'

/** Where owners ask, and what they have to know. */
export interface OwnersGround {
  readonly agents: readonly ChaosAgent[]
  readonly isGatewayAway: () => boolean
}

/** What owners have asked for. */
export interface Owners {
  /** Tags of jobs of which nobody can tell whether they were made: the agent went away instead of answering. */
  readonly unanswered: ReadonlySet<string>
  /** Jobs that were taken while the gateway was away. */
  readonly away: ReadonlySet<string>
  /** Settles when all were taken. */
  readonly done: Promise<void>
}

const againMs = 250
/** Of three jobs one is heavy. */
const heavyEach = 3

/**
 * Asks for `jobs` jobs at the sites, one each `pauseMs`, whether or not the gateway is there; `take` hears of those that were taken.
 * What was not taken is asked for again, as another job: the owner presses the button once more.
 */
export function startOwners(
  { agents, isGatewayAway }: OwnersGround,
  { jobs, pauseMs, dice }: { readonly jobs: number; readonly pauseMs: number; readonly dice: Dice },
  take: (jobId: string) => void,
  signal: AbortSignal,
): Owners {
  const unanswered = new Set<string>()
  const away = new Set<string>()
  const ask = async (number: number, agent: ChaosAgent, kind: string, input: object): Promise<void> => {
    for (let press = 1; ; press += 1, await delay(againMs, undefined, { signal })) {
      const tag = `owner-${number}-${press}`
      const answer = await agent.ask(kind, { ...input, tag }, signal)
      if (answer === 'silence') unanswered.add(tag)
      if (typeof answer === 'string') continue
      if (isGatewayAway()) away.add(answer.id)
      return take(answer.id)
    }
  }
  const run = async (): Promise<void> => {
    const asking: Promise<void>[] = []
    for (let number = 1; number <= jobs; number += 1) {
      const kind = dice.between(1, heavyEach) === 1 ? 'lab.heavy' : 'lab.increment'
      asking.push(ask(number, dice.oneOf(agents), kind, waits(dice)))
      await delay(pauseMs, undefined, { signal })
    }
    await Promise.all(asking)
  }
  return { unanswered, away, done: run() }
}
