import { setTimeout as delay } from 'node:timers/promises'
import { endedOf, everyJob, increments, poolsOf, quiet } from './aftermath.ts'
import { castOf } from './cast.ts'
import { judge, type Verdict } from './checker.ts'
import type { OpenChaosStore } from './chaos-store.ts'
import { dice } from './dice.ts'
import type { Evidence } from './evidence.ts'
import { FaultHand } from './fault-hand.ts'
import { figuresOf } from './figures.ts'
import { startLoad, type Load } from './load.ts'
import { observe, type Observer } from './observer.ts'
import { schedule } from './schedule.ts'
import { openWorld, type World } from './world.ts'

/** What a run is told. */
export interface ChaosOptions {
  readonly jobs: number
  readonly agents: number
  readonly seed: number
  readonly store: OpenChaosStore
  readonly say: (text: string) => void
}

/** What came of a run. */
export interface ChaosOutcome {
  readonly figures: Readonly<Record<string, number>>
  /** What is wrong, as sentences. */
  readonly problems: readonly string[]
  /** Logs of every process; kept where something is wrong. */
  readonly directory: string
}

/** Pace of lab's gateway for such runs, see lab/src/fleet/pace.ts. */
const leaseMs = 12_000
/** Faults and kills that a run has at least, however few its jobs are and however soon they end. */
const leastFaults = 25
const leastKills = 10
/** Where faults keep the jobs from their end, it is enough after so many, and one more for every ten jobs. */
const mostFaults = 30
/** What an agent needs for a job, roughly: jobs are dispatched as fast as they can be carried out. */
const msAJob = 50
/** Between two faults of the shortest runs, on average: see schedule.ts. */
const meanGapMs = 1_350
/** Jobs of the shortest runs: in a longer one, faults are that much farther apart. */
const shortJobs = 1_000
/** Dispatches jobs while everything around them fails, then compares what the store says with what the sites counted. */
export async function runChaos({ jobs, agents, seed, store, say }: ChaosOptions): Promise<ChaosOutcome> {
  const world = await openWorld({ agents, cast: castOf(dice(seed), agents), store, say })
  try {
    const outcome = await play(world, { jobs, agents, seed, say })
    return { ...outcome, directory: await world.close(outcome.problems.length > 0) }
  } catch (error) {
    say(`Logs and state are in ${await world.close(true)}`)
    throw error
  }
}

/** What must not be there after a run. An effect that nobody knows is no problem where the run was interrupted, and a contradiction elsewhere. */
function problemsOf({ lost, doubled, stuck, contradictions }: Verdict): readonly string[] {
  return [...lost, ...doubled, ...stuck, ...contradictions]
}

async function play(
  world: World,
  { jobs, agents, seed, say }: Pick<ChaosOptions, 'jobs' | 'agents' | 'seed' | 'say'>,
): Promise<Omit<ChaosOutcome, 'directory'>> {
  const sites = world.agents.map(({ siteId }) => siteId)
  const observer = observe(world.api, sites)
  const abort = new AbortController()
  const hand = new FaultHand(world, leaseMs, line => world.note(line))
  const owned = world.cast.owned.map(index => world.agents[index] as World['agents'][number])
  // Dice of its own: how long a request takes must not change what fails next.
  const load = startLoad(
    {
      api: world.api,
      sites,
      owners: { agents: owned, isGatewayAway: () => hand.isGatewayAway },
      jobs,
      seed: seed + 1,
      // A short run lasts as long as its faults do, so that those meet jobs.
      pauseMs: Math.max(msAJob, (leastFaults * meanGapMs) / jobs),
    },
    abort.signal,
  )
  try {
    const faults = await inflictAll(hand, world, { jobs, agents, seed, say }, load, observer)
    await hand.over()
    say(`${faults} faults are over; waiting for what is under way`)
    await quiet(world, load, observer, leaseMs)
    const stored = await everyJob(world.api, sites)
    const { damage } = hand
    // A job of a site waits for its agent; one of the pool, and what a container that is gone was told of, may have been given to another.
    const mayBeUnknown = damage.unknowable(id => stored.get(id)?.pool !== undefined)
    const { accepted, cancelled, unanswered } = load
    const evidence: Evidence = {
      asked: jobs,
      accepted,
      cancelled,
      unanswered,
      stored,
      told: observer.told,
      increments: increments(world),
      pools: poolsOf(world),
      overlaps: world.sites.overlaps,
      excuses: { mayBeUnknown, begun: damage.begun, workersKilled: damage.workersKilled },
    }
    const verdict = judge(evidence)
    return { problems: problemsOf(verdict), figures: figuresOf(verdict, evidence, load, damage) }
  } finally {
    abort.abort()
    await observer.close()
  }
}

/** Lets things fail until every job was dispatched and nearly all have ended. How many faults that were. */
async function inflictAll(
  hand: FaultHand,
  world: World,
  { jobs, agents, seed, say }: Pick<ChaosOptions, 'jobs' | 'agents' | 'seed' | 'say'>,
  load: Load,
  observer: Observer,
): Promise<number> {
  const progress = { dispatched: false, faults: 0 }
  const began = performance.now()
  const dispatched = load.done.then(() => {
    progress.dispatched = true
  })
  for (const fault of schedule(dice(seed), {
    agents,
    leaseMs,
    hasStore: world.store.process !== undefined,
    stretch: Math.max(1, jobs / shortJobs),
    recreated: world.cast.recreated,
  })) {
    const nearlyAll = endedOf(load, observer) >= load.accepted.size * 0.95
    const enough = progress.faults >= (nearlyAll ? leastFaults : mostFaults + jobs / 10)
    if (progress.dispatched && enough && hand.damage.kills >= leastKills) break
    await hand.readyFor(fault)
    await Promise.race([delay(fault.afterMs), progress.dispatched ? delay(fault.afterMs) : dispatched.then(() => delay(fault.afterMs))])
    hand.inflict(fault)
    progress.faults += 1
    const seconds = Math.round((performance.now() - began) / 1_000)
    say(`${seconds} s · ${endedOf(load, observer)} of ${load.accepted.size} jobs have ended · fault ${progress.faults}: ${words(fault)}`)
  }
  await dispatched
  return progress.faults
}

function words({ type, ...fault }: ReturnType<ReturnType<typeof schedule>['next']>['value']): string {
  const { afterMs: _after, ...rest } = fault
  return `${type} ${Object.entries(rest)
    .map(([name, value]) => `${name} ${value}`)
    .join(' ')}`
}
