import { setTimeout as delay } from 'node:timers/promises'
import { startFleet, startSimulators, waitUntil, type Fleet, type Simulators } from '@platen/lab'
import type { Bench, Figures } from '../bench.ts'
import { jobClient } from '../post-jobs.ts'

const usualAgents = 10_000
const simulatorProcesses = 4
/** Jobs that run over the cut, each at an agent of its own, and as many again that are asked for while the agents are away. */
const jobsEach = 2_000
const batchSize = 1_000
/** So long a job runs: it is begun before the cut and ends after it. */
const holdMs = 4_000
const beforeCutMs = 2_000
const restMs = 5_000
const backMs = 600_000
const endMs = 300_000

/** All agents lose their connections at once, twice: by a cut, and by a gateway that is killed. */
export const storm: Bench = {
  description: 'agents that are all cut off at once: how soon they are back, and what becomes of their jobs',
  budgets: {
    jobsLost: { most: 0 },
    jobsDoubled: { most: 0 },
    loopDelayP99Ms: { most: 100 },
    killJobsLost: { most: 0 },
    killJobsDoubled: { most: 0 },
    killLoopDelayP99Ms: { most: 100 },
  },
  run: async ({ agents = usualAgents }) => {
    const fleet = await startFleet(agents)
    const simulators = startSimulators(simulatorProcesses, fleet.members, fleet.home)
    try {
      process.stderr.write(`${agents} agents come\n`)
      await waitUntil('the agents', backMs, () => simulators.open() === agents)
      const cut = await oneStorm(fleet, simulators, async () => fleet.cut())
      const kill = await oneStorm(fleet, simulators, () => fleet.crash())
      const named = Object.entries(kill).map(([name, value]) => [`kill${name[0]?.toUpperCase()}${name.slice(1)}`, value] as const)
      return { agents, ...cut, ...Object.fromEntries(named) }
    } finally {
      simulators.close()
      await fleet.close()
    }
  },
}

async function oneStorm(fleet: Fleet, simulators: Simulators, strike: () => Promise<void>): Promise<Figures> {
  const client = jobClient(fleet.url, fleet.token)
  const begun = new Map<string, number>()
  const stored = new Set<string>()
  const unsubscribe = simulators.subscribe({
    begun: jobId => begun.set(jobId, (begun.get(jobId) ?? 0) + 1),
    stored: jobId => stored.add(jobId),
  })
  await delay(restMs)
  await fleet.look()
  const ids = await ask(client, fleet, holdMs)
  await delay(beforeCutMs)
  simulators.countAnew()
  const from = performance.now()
  await strike()
  ids.push(...(await ask(client, fleet, 0)))
  await waitUntil('all agents', backMs, () => simulators.back() === fleet.members.length && simulators.open() === fleet.members.length)
  const secondsToAllBack = Math.round((performance.now() - from) / 100) / 10
  // Those that are lost are counted, not waited for.
  await waitUntil('all jobs', endMs, () => ids.every(id => stored.has(id))).catch(() => {})
  const { loopDelayP99Ms } = await fleet.look()
  unsubscribe()
  const states = await Promise.all(ids.map(id => client.get(`/v1/jobs/${id}`) as Promise<{ state: string }>))
  client.close()
  return {
    secondsToAllBack,
    jobs: ids.length,
    jobsLost: states.filter(({ state }) => state !== 'succeeded').length,
    jobsDoubled: ids.filter(id => (begun.get(id) ?? 0) > 1).length,
    loopDelayP99Ms: Math.round(loopDelayP99Ms * 10) / 10,
  }
}

/** A job for each of some agents. Their ids. */
async function ask(client: ReturnType<typeof jobClient>, { members }: Fleet, forMs: number): Promise<string[]> {
  const some = members.slice(0, jobsEach).map(({ siteId }) => ({ siteId, kind: 'lab.noop', input: { holdMs: forMs } }))
  const ids: string[] = []
  for (let at = 0; at < some.length; at += batchSize) {
    const { items } = (await client.post('/v1/jobs:batch', { jobs: some.slice(at, at + batchSize) })) as {
      items: { job: { id: string } }[]
    }
    ids.push(...items.map(({ job }) => job.id))
  }
  return ids
}
